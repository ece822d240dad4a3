import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock, systemClock } from '@headwater/clock';
import type { Clock } from '@headwater/clock';
import { FaultPlan } from '@headwater/faults';
import type { FaultPlanOptions, ScriptedFault } from '@headwater/faults';
import { DirectoryStore } from '@headwater/object-store/directory';
import { FaultyStore } from '@headwater/object-store/faulty';
import { describeObjectStore } from '@headwater/object-store/conformance';
import { RetryingStore } from './index.js';
import type { RetryingStoreOptions } from './index.js';

const temporary = () => mkdtemp(join(tmpdir(), 'headwater-retrying-'));
const unavailable = { code: 'STORE-10003' };
const closed = { ...unavailable, message: 'the store was closed' };

/** Longer sleeps are limits of a try, shorter ones pauses. */
const limitMillis = 30_000;

/** A clock by which a pause has passed at once, and a limit never does. */
function leaping(): Clock {
  let ticks = 0;
  return {
    ...systemClock,
    ticksMillis: () => ticks,
    sleep: (millis, signal) => {
      if (millis >= limitMillis) return systemClock.sleep(millis, signal);
      ticks += millis;
      return systemClock.sleep(0, signal);
    },
  };
}

function conforms(name: string, faults: FaultPlanOptions): void {
  describeObjectStore(name, async () => {
    const root = await temporary();
    const clock = leaping();
    const open = async () => {
      const faulty = new FaultyStore(await DirectoryStore.open(root), {
        plan: new FaultPlan(faults),
        clock,
      });
      return new RetryingStore(faulty, { clock, deadlineMillis: 60_000 });
    };
    return { store: await open(), reopen: open, dispose: () => rm(root, { recursive: true }) };
  });
}

conforms('a retrying store', {});
conforms('a retrying store in front of one that fails in every second call', {
  seed: 1,
  rates: { '*': 0.5 },
});

const operations = ['create', 'read', 'readRange', 'stat', 'list', 'remove'];
const twice: ScriptedFault[] = [
  ...operations.map((operation) => ({ operation, kind: 'fail-before' as const, times: 2 })),
  ...['create', 'remove'].map((operation) => ({ operation, kind: 'fail-after' as const, times: 2 })),
];
conforms('a retrying store in front of one whose calls fail twice before and twice after their effect', {
  script: twice,
});

describe('a retrying store', () => {
  let root: string;
  let real: DirectoryStore;
  let clock: Clock;
  let plan: FaultPlan;
  let retries: string[];

  beforeEach(async () => {
    root = await temporary();
    real = await DirectoryStore.open(root);
    clock = leaping();
    plan = new FaultPlan();
    retries = [];
  });

  afterEach(() => rm(root, { recursive: true }));

  const open = (options: Partial<RetryingStoreOptions> = {}) =>
    new RetryingStore(new FaultyStore(real, { plan, clock }), {
      clock,
      onRetry: ({ operation, subject }) => retries.push(`${operation} ${subject}`),
      ...options,
    });

  it('finds its own object where a creation failed after its effect, and says that it created', async () => {
    plan.add({ operation: 'create', kind: 'fail-after' });
    expect(await open().create('a', Buffer.from('ours'))).toBe('created');
    expect(retries).toEqual(['create a']);
  });

  it('says that the object of somebody else exists, with as many bytes or not, and leaves it', async () => {
    for (const [key, theirs] of [
      ['a', 'them'],
      ['b', 'somebody'],
    ] as const) {
      await real.create(key, Buffer.from(theirs));
      plan.add({ operation: 'create', kind: 'fail-before' });
      expect(await open().create(key, Buffer.from('ours'))).toBe('exists');
      expect((await real.read(key)).toString()).toBe(theirs);
    }
  });

  it('says of the first try what the store says, also where the same bytes are there', async () => {
    await real.create('a', Buffer.from('ours'));
    expect(await open().create('a', Buffer.from('ours'))).toBe('exists');
  });

  it('creates again what was removed between two tries', async () => {
    plan.add({ operation: 'create', kind: 'fail-after' });
    const stat = real.stat.bind(real);
    let looks = 0;
    real.stat = async (key) => {
      looks += 1;
      if (looks === 1) await real.remove(key);
      return stat(key);
    };
    expect(await open().create('a', Buffer.from('ours'))).toBe('created');
    expect((await real.read('a')).toString()).toBe('ours');
  });

  it('goes on with a listing that was cut, after the last key that it gave', async () => {
    const keys = Array.from({ length: 60 }, (_, n) => `k/${String(n).padStart(3, '0')}`);
    for (const key of keys) await real.create(key, Buffer.from(key));
    plan.add({ operation: 'list', kind: 'cut', times: 3 });
    const given: string[] = [];
    const listing = async () => {
      for await (const { key } of open().list('k/', { startAfter: 'k/009' })) given.push(key);
    };
    await listing();
    expect(given).toEqual(keys.slice(10));
    expect(retries).toEqual(['list k/', 'list k/', 'list k/']);
  });

  describe('whose listing hangs', () => {
    const keys = ['k/0', 'k/1', 'k/2', 'k/3'];

    /** So many listings stop answering: the first before its second key, the others before their first. */
    function hangs(hanging: number): () => void {
      const released = Promise.withResolvers<undefined>();
      let listings = 0;
      real.list = async function* (prefix, options) {
        const startAfter = options?.startAfter ?? '';
        const isHanging = listings < hanging;
        const hangsAt = listings === 0 ? 1 : 0;
        listings += 1;
        const left = keys.filter((key) => key > startAfter);
        for (const [n, key] of left.entries()) {
          if (isHanging && n === hangsAt) await released.promise;
          yield { key, size: 1, createdAt: new Date(0) };
        }
      };
      return () => {
        released.resolve(undefined);
      };
    }

    /** Advances the clock until what is awaited has settled. */
    async function settled<T>(manual: ManualClock, awaited: Promise<T>): Promise<PromiseSettledResult<T>> {
      let result: PromiseSettledResult<T> | undefined;
      void Promise.allSettled([awaited]).then(([only]) => {
        result = only;
      });
      for (let seconds = 0; result === undefined; seconds += 1) {
        if (seconds > 500) throw new Error('it hangs');
        await manual.advance(1000);
        await new Promise((resolve) => setImmediate(resolve));
      }
      return result;
    }

    async function keysOf(store: RetryingStore): Promise<string[]> {
      const given: string[] = [];
      for await (const { key } of store.list('k/')) {
        given.push(key);
      }
      return given;
    }

    it('lists anew after the last key, and misses none when the one that hung goes on meanwhile', async () => {
      const manual = new ManualClock();
      const release = hangs(1);
      const store = open({ clock: manual, tryMillis: 5000, onRetry: release });
      const result = await settled(manual, keysOf(store));
      expect(result).toEqual({ status: 'fulfilled', value: keys });
    });

    it('fails at its deadline', async () => {
      const manual = new ManualClock();
      hangs(Infinity);
      const store = open({ clock: manual, tryMillis: 5000, deadlineMillis: 20_000 });
      const result = await settled(
        manual,
        keysOf(store).then(() => 'listed'),
      );
      expect(result).toMatchObject({ status: 'rejected', reason: unavailable });
    });

    it('ends when it is closed', async () => {
      const manual = new ManualClock();
      hangs(Infinity);
      const store = open({ clock: manual });
      const listing = store.list('k/');
      expect((await listing.next()).value).toMatchObject({ key: 'k/0' });
      const next = listing.next();
      await store.close();
      expect(await settled(manual, next)).toMatchObject({ status: 'rejected', reason: closed });
    });
  });

  it('reads again what was cut', async () => {
    await real.create('a', Buffer.from('0123456789'));
    plan.add({ operation: 'readRange', kind: 'cut', times: 2 });
    expect((await open().readRange('a', 2, 3)).toString()).toBe('234');
  });

  it('takes an error that is not retryable for the answer', async () => {
    await expect(open().read('missing')).rejects.toMatchObject({ code: 'STORE-10001' });
    expect(retries).toEqual([]);
  });

  it('waits longer each time, and gives up at its deadline with the last error', async () => {
    plan.add({ operation: 'read', kind: 'fail-before', times: Infinity });
    const pauses: number[] = [];
    const store = open({ deadlineMillis: 20_000, onRetry: ({ pauseMillis }) => pauses.push(pauseMillis) });
    await expect(store.read('a')).rejects.toMatchObject(unavailable);
    expect(clock.ticksMillis()).toBe(20_000);
    const longest = [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000, 5000];
    pauses.slice(0, -1).forEach((pause, i) => {
      expect(pause).toBeGreaterThanOrEqual((longest[i] ?? 0) / 2 - 1);
      expect(pause).toBeLessThanOrEqual(longest[i] ?? 0);
    });
  });

  it('takes a try that is never answered for one that failed', async () => {
    const manual = new ManualClock();
    let calls = 0;
    real.read = () => {
      calls += 1;
      return calls === 1 ? new Promise(() => undefined) : Promise.resolve(Buffer.from('x'));
    };
    const reading = open({ clock: manual, tryMillis: 5000, deadlineMillis: 20_000 }).read('a');
    await manual.advance(4999);
    expect(retries).toEqual([]);
    await manual.advance(101);
    expect((await reading).toString()).toBe('x');
  });

  it('ends at once what waits for its next try or for an answer, when it is closed', async () => {
    const manual = new ManualClock();
    plan.add({ operation: 'read', kind: 'fail-before', times: Infinity });
    const store = open({ clock: manual });
    real.stat = () => new Promise(() => undefined);
    const ended = Promise.allSettled([store.read('a'), store.stat('a')]);
    await manual.advance(1);
    expect(retries).toEqual(['read a']);
    await store.close();
    expect(await ended).toMatchObject([
      { status: 'rejected', reason: closed },
      { status: 'rejected', reason: closed },
    ]);
  });
});
