import { ManualClock } from '@headwater/clock';
import type { RawEntry } from '@headwater/oplog';
import { EntryQueue } from './entry-queue.js';

const entry = (n: number, bytes = 10): RawEntry => ({
  position: { ts: { t: n, i: 1 }, term: 1 },
  bytes: Buffer.alloc(bytes),
});
const numbersOf = (entries: readonly RawEntry[]) => entries.map(({ position }) => position.ts.t);
const limits = { batchBytes: 30, batchAgeMillis: 200, queueBytes: 100 };
const { signal } = new AbortController();

function queueAt(clock = new ManualClock()) {
  return { clock, queue: new EntryQueue(limits, clock) };
}

/** Whether a promise has settled once everything that could run has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  void promise.then(
    () => (settled = true),
    () => (settled = true),
  );
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

describe('a batch', () => {
  it('leaves at its size, in order, and never above it', async () => {
    const { queue } = queueAt();
    await queue.put(
      [1, 2, 3, 4].map((n) => entry(n)),
      signal,
    );
    expect(numbersOf(await queue.take(signal))).toEqual([1, 2, 3]);
  });

  it('leaves at its age when it is not full', async () => {
    const { clock, queue } = queueAt();
    const batch = queue.take(signal);
    await queue.put([entry(1)], signal);
    await clock.advance(199);
    await queue.put([entry(2)], signal);
    expect(await isSettled(batch)).toBe(false);
    await clock.advance(1);
    expect(numbersOf(await batch)).toEqual([1, 2]);
  });

  it('takes one larger entry alone', async () => {
    const { queue } = queueAt();
    await queue.put([entry(1, 5), entry(2, 80), entry(3, 5)], signal);
    expect(numbersOf(await queue.take(signal))).toEqual([1]);
    expect(numbersOf(await queue.take(signal))).toEqual([2]);
  });
});

describe('a queue', () => {
  it('makes the reader wait while it is full', async () => {
    const { queue } = queueAt();
    const reading = queue.put(
      Array.from({ length: 11 }, (_, n) => entry(n)),
      signal,
    );
    expect(await isSettled(reading)).toBe(false);
    await queue.take(signal);
    expect(await isSettled(reading)).toBe(true);
  });

  it('is drained when its last batch is durable, not when it was taken', async () => {
    const { queue } = queueAt();
    await queue.put(
      [1, 2, 3].map((n) => entry(n)),
      signal,
    );
    const drained = queue.drained(signal);
    await queue.take(signal);
    expect(await isSettled(drained)).toBe(false);
    queue.acknowledge();
    expect(await isSettled(drained)).toBe(true);
  });

  it('lets go of whoever waits when it is aborted', async () => {
    const { queue } = queueAt();
    const stop = new AbortController();
    const taking = queue.take(stop.signal);
    stop.abort(new Error('stopped'));
    await expect(taking).rejects.toThrow('stopped');
  });
});
