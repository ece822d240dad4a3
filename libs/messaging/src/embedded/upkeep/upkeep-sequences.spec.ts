import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '@headwater/clock';
import type { TopicRetention } from '@headwater/contracts';
import fc from 'fast-check';
import { BusFile } from '../bus-file.js';
import { EmbeddedBus } from '../embedded-bus.js';
import { MemoryGroups } from '../memory-group-lock.js';
import { Upkeep } from './upkeep.js';

const retention: Readonly<Record<string, TopicRetention>> = {
  data: { cleanup: 'delete', maxAgeSeconds: 100, holdsUnread: true },
  state: { cleanup: 'compact', replacedSeconds: 5, tombstoneSeconds: 50 },
};
const keptBytes = 3000;
const largestMessage = 2200;

const keys = ['a', 'b', 'c', 'd'];
const groups = ['first', 'second'];

type Step =
  | { readonly do: 'data'; readonly count: number; readonly bytes: number }
  | { readonly do: 'state'; readonly key: string; readonly count: number; readonly tombstone: boolean }
  | { readonly do: 'commit'; readonly group: string; readonly share: number }
  | { readonly do: 'upkeep' }
  | { readonly do: 'stop half way' }
  | { readonly do: 'reopen' }
  | { readonly do: 'wait'; readonly seconds: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({
      do: fc.constant('data' as const),
      count: fc.integer({ min: 1, max: 30 }),
      bytes: fc.nat(2000),
    }),
    fc.record({
      do: fc.constant('state' as const),
      key: fc.constantFrom(...keys),
      count: fc.integer({ min: 1, max: 80 }),
      tombstone: fc.boolean(),
    }),
    fc.record({
      do: fc.constant('commit' as const),
      group: fc.constantFrom(...groups),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    fc.constant({ do: 'upkeep' as const }),
    fc.constant({ do: 'stop half way' as const }),
    fc.constant({ do: 'reopen' as const }),
    fc.record({ do: fc.constant('wait' as const), seconds: fc.integer({ min: 1, max: 60 }) }),
  ),
  { minLength: 1, maxLength: 30 },
);

/** The bus in a file, with what must be there whatever happens. */
class Modelled {
  static async open(path: string): Promise<Modelled> {
    const modelled = new Modelled(path);
    await modelled.reopen();
    return modelled;
  }

  private readonly clock = new ManualClock();
  private bus: EmbeddedBus | undefined;
  private file: BusFile | undefined;
  private upkeep: Upkeep | undefined;
  private produced = 0;
  private readonly committed = new Map<string, number>();
  private readonly latest = new Map<string, string | null>();
  private values = 0;

  private constructor(private readonly path: string) {}

  async run(step: Step): Promise<void> {
    const { bus, upkeep } = this.opened();
    switch (step.do) {
      case 'data': {
        const value = Buffer.alloc(step.bytes);
        await bus.produce(
          'data',
          Array.from({ length: step.count }, (_, n) => ({
            key: 'k',
            headers: { n: String(this.produced + n) },
            value,
          })),
        );
        this.produced += step.count;
        return;
      }
      case 'state': {
        const news = Array.from({ length: step.count }, (_, n) =>
          step.tombstone && n === step.count - 1 ? null : String(++this.values),
        );
        await bus.produce(
          'state',
          news.map((value) => ({
            key: step.key,
            headers: {},
            value: value === null ? null : Buffer.from(value),
          })),
        );
        this.latest.set(step.key, news.at(-1) ?? null);
        return;
      }
      case 'commit':
        return this.commit(step.group, step.share);
      case 'upkeep':
        return upkeep.round();
      case 'stop half way': {
        // As far as it came: what it was at is a transaction, which is there or is not.
        const round = upkeep.round().catch(() => undefined);
        await upkeep.stop();
        await round;
        return this.reopen();
      }
      case 'reopen':
        return this.reopen();
      case 'wait':
        return this.clock.advance(step.seconds * 1000);
    }
  }

  /** Every message that some group has not committed, in order; the latest state of every key; no more than is kept. */
  async examine(): Promise<void> {
    const { bus, file } = this.opened();
    const left = file
      .prepare(
        `SELECT offset, headers, octet_length(value) AS bytes FROM messages JOIN topics ON topics.id = messages.topic
         WHERE name = 'data' ORDER BY offset`,
      )
      .all();
    const offsets = left.map(({ offset }) => Number(offset));
    const first = this.produced - offsets.length;
    expect(offsets).toEqual(Array.from({ length: offsets.length }, (_, n) => first + n));
    expect(left.map(({ headers }) => headers)).toEqual(
      offsets.map((offset) => JSON.stringify({ n: String(offset) })),
    );
    expect(first).toBeLessThanOrEqual(this.everywhereCommitted());
    for (const key of keys) {
      const value = (await bus.latest('state', key))?.value ?? null;
      expect(value === null ? null : String(value)).toBe(this.latest.get(key) ?? null);
    }
    const seen = new Map<string, string>();
    const watch = await bus.watch({
      topic: 'state',
      keyPrefix: '',
      onValue: ({ key, value }) => void seen.set(key, String(value)),
    });
    await watch.stop();
    const expected = [...this.latest].filter(([, value]) => value !== null).sort();
    expect([...seen].sort()).toEqual(expected);
  }

  async settle(): Promise<void> {
    const { upkeep, file } = this.opened();
    await upkeep.round();
    const { bytes } = file
      .prepare(
        `SELECT ifnull(sum(octet_length(value)), 0) AS bytes FROM messages JOIN topics ON topics.id = messages.topic
         WHERE name = 'data' AND offset < ?`,
      )
      .get(this.everywhereCommitted()) as { bytes: number };
    expect(bytes).toBeLessThanOrEqual(keptBytes);
    expect(largestMessage).toBeLessThan(keptBytes);
  }

  async close(): Promise<void> {
    await this.bus?.close();
    await this.upkeep?.stop();
    this.file?.close();
  }

  private async reopen(): Promise<void> {
    await this.close();
    this.bus = await EmbeddedBus.open(this.path, { clock: this.clock, retention, upkeep: false });
    this.file = await BusFile.open(this.path);
    this.upkeep = new Upkeep({
      file: this.file,
      lock: new MemoryGroups().lockOf('upkeep'),
      retention,
      keptBytes,
      everyMillis: 1000,
      clock: this.clock,
      onFailure: (error) => {
        throw error;
      },
    });
  }

  private async commit(group: string, share: number): Promise<void> {
    const before = this.committed.get(group) ?? 0;
    const upTo = before + Math.round((this.produced - before) * share);
    if (upTo === before || this.isEmpty()) return;
    const received: number[] = [];
    const done = Promise.withResolvers<number>();
    const subscription = await this.opened().bus.consume({
      group,
      topics: ['data'],
      onMessage: async ({ offset }, delivery) => {
        received.push(offset);
        // Of one that is new, what it was to commit may have gone: it commits the oldest that is left.
        if (offset < upTo - 1) return;
        await delivery.commit();
        done.resolve(offset + 1);
      },
      onError: (error) => {
        done.reject(error);
      },
    });
    const committed = await done.promise;
    await subscription.stop();
    // Nothing is left out from where the group is; one that is new begins at the oldest that is left.
    const first = this.committed.has(group) ? before : (received[0] ?? 0);
    expect(received.slice(0, committed - first)).toEqual(
      Array.from({ length: committed - first }, (_, n) => first + n),
    );
    this.committed.set(group, committed);
  }

  /** A group that is new is told nothing where everything has gone. */
  private isEmpty(): boolean {
    const { left } = this.opened()
      .file.prepare(
        `SELECT count(*) AS left FROM messages JOIN topics ON topics.id = messages.topic WHERE name = 'data'`,
      )
      .get() as { left: number };
    return left === 0;
  }

  private everywhereCommitted(): number {
    return this.committed.size === 0 ? 0 : Math.min(...this.committed.values());
  }

  private opened() {
    const { bus, file, upkeep } = this;
    if (bus === undefined || file === undefined || upkeep === undefined) throw new Error('not open');
    return { bus, file, upkeep };
  }
}

describe('whatever is produced, committed, expired, compacted and interrupted', () => {
  it('loses no message that a group has not committed and no latest state, and stays as small as it was told', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (sequence) => {
        const directory = mkdtempSync(join(tmpdir(), 'headwater-bus-'));
        const modelled = await Modelled.open(join(directory, 'bus'));
        try {
          for (const step of sequence) {
            await modelled.run(step);
            await modelled.examine();
          }
          await modelled.settle();
          await modelled.examine();
        } finally {
          await modelled.close();
          rmSync(directory, { recursive: true });
        }
      }),
      { numRuns: 25, seed: 20_261_124 },
    );
  });
});
