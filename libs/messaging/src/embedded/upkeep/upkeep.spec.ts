import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ManualClock } from '@headwater/clock';
import type { TopicRetention } from '@headwater/contracts';
import { upkeepGroup } from '../broker.js';
import { BusFile } from '../bus-file.js';
import { EmbeddedBus } from '../embedded-bus.js';
import { FileGroupLock } from '../file-group-lock.js';
import { MemoryGroups } from '../memory-group-lock.js';
import { Upkeep } from './upkeep.js';

const mebibyte = 1024 * 1024;
const retention: Readonly<Record<string, TopicRetention>> = {
  data: { cleanup: 'delete', maxAgeSeconds: 60, holdsUnread: true },
  events: { cleanup: 'delete', maxAgeSeconds: 60, holdsUnread: false },
  state: { cleanup: 'compact', replacedSeconds: 10, tombstoneSeconds: 60 },
};

describe('upkeep of a bus file', () => {
  let directory: string;
  let path: string;
  let clock: ManualClock;
  let bus: EmbeddedBus;
  let file: BusFile;
  let upkeep: Upkeep;

  async function open(keptBytes: number, limitBytes = Infinity): Promise<void> {
    clock = new ManualClock();
    bus = await EmbeddedBus.open(path, { clock, retention, limitBytes, upkeep: false });
    file = await BusFile.open(path);
    const lock = new MemoryGroups().lockOf('upkeep');
    const onFailure = (error: unknown) => {
      throw error;
    };
    upkeep = new Upkeep({ file, lock, retention, keptBytes, everyMillis: 1000, clock, onFailure });
  }

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'headwater-bus-'));
    path = join(directory, 'bus');
  });
  afterEach(async () => {
    await bus.close();
    await upkeep.stop();
    file.close();
    rmSync(directory, { recursive: true });
  });

  async function produce(topic: string, count: number, bytes = 1000): Promise<void> {
    for (let n = 0; n < count; n += 1) {
      await bus.produce(topic, [{ key: 'k', headers: {}, value: Buffer.alloc(bytes, n) }]);
    }
  }

  /** Commits the first `count` messages of a topic. */
  async function commit(group: string, topic: string, count: number): Promise<void> {
    const assigned = Promise.withResolvers<undefined>();
    const subscription = await bus.consume({
      group,
      topics: [topic],
      onAssigned: async (assignment) => {
        await assignment.commit(topic, 0, count - 1);
        assigned.resolve(undefined);
      },
      onMessage: () => Promise.resolve(),
    });
    await assigned.promise;
    await subscription.stop();
  }

  function offsets(topic: string): number[] {
    return file
      .prepare(
        'SELECT offset FROM messages WHERE topic = (SELECT id FROM topics WHERE name = ?) ORDER BY offset',
      )
      .all(topic)
      .map(({ offset }) => Number(offset));
  }

  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

  it('takes nothing that no group has committed yet from a topic that holds it, whatever its age and size', async () => {
    await open(0);
    await produce('data', 50);
    await clock.advance(1_000_000);
    await upkeep.round();
    expect(offsets('data')).toEqual(range(0, 50));
  });

  it('takes what every group has committed, and leaves the newest of it up to the size that is kept', async () => {
    await open(5500);
    await produce('data', 100);
    await commit('slow', 'data', 30);
    await commit('fast', 'data', 90);
    await upkeep.round();
    expect(offsets('data')).toEqual(range(26, 100)); // about 1,100 bytes each: four of the committed ones stay
    await commit('slow', 'data', 95);
    await upkeep.round();
    expect(offsets('data')).toEqual(range(86, 100));
  });

  it('takes what has been committed and has aged, however small', async () => {
    await open(mebibyte);
    await produce('data', 10);
    await clock.advance(40_000);
    await produce('data', 10);
    await commit('g', 'data', 15);
    await clock.advance(30_000);
    await upkeep.round();
    expect(offsets('data')).toEqual(range(10, 20));
    await clock.advance(31_000);
    await upkeep.round();
    expect(offsets('data')).toEqual(range(15, 20));
  });

  it('takes from a topic of facts by age and size alone while no group consumes it', async () => {
    await open(5500);
    await produce('events', 10);
    await upkeep.round();
    expect(offsets('events')).toEqual(range(6, 10));
    await clock.advance(61_000);
    await produce('events', 1);
    await upkeep.round();
    expect(offsets('events')).toEqual([10]);
  });

  it('keeps everything of a topic that nobody told it about', async () => {
    await open(0);
    await produce('other', 10);
    await commit('g', 'other', 10);
    await clock.advance(1_000_000);
    await upkeep.round();
    expect(offsets('other')).toEqual(range(0, 10));
  });

  it('leaves what was replaced for a while, and a tombstone for longer', async () => {
    await open(0);
    const at = (key: string, value: string | null) =>
      bus.produce('state', [{ key, headers: {}, value: value === null ? null : Buffer.from(value) }]);
    for (let n = 0; n < 100; n += 1) await at('a', String(n));
    await at('b', null);
    await upkeep.round();
    expect(offsets('state')).toHaveLength(101);
    await clock.advance(11_000);
    for (let n = 0; n < 100; n += 1) await at('a', String(n));
    await upkeep.round();
    expect(offsets('state')).toEqual(range(100, 201));
    await clock.advance(61_000);
    for (let n = 0; n < 100; n += 1) await at('c', String(n));
    await upkeep.round();
    expect(offsets('state')).toEqual(range(200, 301));
    expect(String((await bus.latest('state', 'a'))?.value)).toBe('99');
  });

  it('gives free space back to the file system', async () => {
    await open(mebibyte);
    await produce('data', 60, mebibyte);
    const full = statSync(path).size + file.logBytes();
    expect(full).toBeGreaterThan(60 * mebibyte);
    await commit('g', 'data', 60);
    await upkeep.round();
    expect(statSync(path).size + file.logBytes()).toBeLessThan(45 * mebibyte);
    await produce('data', 10, mebibyte);
    expect(offsets('data')).toEqual(range(60, 70));
  });

  it('shortens the log that grew under a long reader', async () => {
    await open(mebibyte);
    await produce('data', 1);
    const reader = new DatabaseSync(path);
    reader.exec('BEGIN; SELECT count(*) FROM messages');
    await produce('data', 40, mebibyte);
    await upkeep.round();
    expect(file.logBytes()).toBeGreaterThan(40 * mebibyte);
    reader.exec('COMMIT');
    reader.close();
    await upkeep.round();
    expect(file.logBytes()).toBe(0);
  });

  it('is offered by several and done by one; another goes on when that one has left', async () => {
    await open(0);
    await bus.close();
    const elsewhere = new FileGroupLock(path, upkeepGroup);
    expect(elsewhere.tryAcquire()).toBe(true);
    const offer = () => EmbeddedBus.open(path, { clock, retention, keptBytes: 0, upkeepMillis: 1000 });
    const first = await offer();
    bus = await offer();
    const round = async () => {
      await clock.advance(1000);
      await new Promise((resolve) => setTimeout(resolve, 5));
    };
    const rounds = async (condition: () => boolean) => {
      const deadline = performance.now() + 20_000;
      while (!condition()) {
        if (performance.now() > deadline) throw new Error('no upkeep in time');
        await round();
      }
    };
    await produce('events', 5);
    for (let n = 0; n < 30; n += 1) await round();
    expect(offsets('events')).toEqual(range(0, 5));
    elsewhere.close();
    await rounds(() => offsets('events').length === 0);
    await first.close();
    await produce('events', 5);
    await rounds(() => offsets('events').length === 0);
  });

  describe('at its limit', () => {
    const refused = { code: 'MESSAGING-10011', retryable: true };

    it('takes no more data, all of a call or nothing, until what was read has made room', async () => {
      await open(0, 20 * mebibyte);
      const value = Buffer.alloc(mebibyte, 1);
      const call = [1, 2].map((n) => ({ key: String(n), headers: {}, value }));
      const limit = async () => {
        for (let calls = 0; calls < 100; calls += 1) await bus.produce('data', call);
      };
      await expect(limit()).rejects.toMatchObject(refused);
      const held = offsets('data');
      expect(held.length % 2).toBe(0);
      expect(held).toEqual(range(0, held.length));
      expect(held.length).toBeGreaterThan(0);
      // Who reads can say so, and that makes room.
      await produce('state', 1);
      await commit('g', 'data', held.length);
      await upkeep.round();
      file.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
      await bus.produce('data', call);
      expect(offsets('data')).toEqual([held.length, held.length + 1]);
    });

    it('counts a log that a long reader keeps from being shortened', async () => {
      await open(0, 20 * mebibyte);
      await produce('events', 1);
      const reader = new DatabaseSync(path);
      reader.exec('BEGIN; SELECT count(*) FROM messages');
      await expect(produce('events', 100, mebibyte)).rejects.toMatchObject(refused);
      expect(file.logBytes()).toBeLessThan(24 * mebibyte);
      reader.exec('COMMIT');
      reader.close();
    });
  });

  it('leaves no half of a call behind when the disk is full, and goes on when there is space', async () => {
    await open(0);
    await produce('data', 3);
    const small = await EmbeddedBus.open(path, { clock, retention, upkeep: false });
    const broker = small as unknown as { broker: { file: BusFile } };
    const limitPages = (pages: number) =>
      broker.broker.file.prepare(`PRAGMA max_page_count = ${pages}`).get();
    limitPages(100);
    const call = [1, 2, 3].map((n) => ({ key: String(n), headers: {}, value: Buffer.alloc(mebibyte) }));
    await expect(small.produce('data', call)).rejects.toMatchObject({
      code: 'MESSAGING-10007',
      retryable: true,
    });
    expect(offsets('data')).toEqual(range(0, 3));
    limitPages(100_000);
    await small.produce('data', call);
    expect(offsets('data')).toEqual(range(0, 6));
    await small.close();
  });
});
