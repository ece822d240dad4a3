import fc from 'fast-check';
import {
  captureState,
  decodeCloudEvent,
  decodeJsonEvent,
  decodeOplogBatch,
  decodeSyncPart,
  encodeJsonEvent,
  encodeOplogBatch,
  encodeSyncPart,
  syncAbandoned,
} from './index.js';
import type { OplogBatchMeta } from './index.js';

const context = { source: '/headwater/agent/a1', time: new Date('2026-11-24T08:00:00Z') };

const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const position = fc.record({
  ts: fc.record({ t: uint32, i: uint32 }),
  term: fc.integer({ min: -1, max: 1_000_000 }),
});
const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${String(length)}}$`));
const batchMeta: fc.Arbitrary<OplogBatchMeta> = fc.record({
  deployment: fc.string({ minLength: 1 }),
  replicaSet: fc.string({ minLength: 1 }),
  replicaSetId: hex(24),
  epoch: fc.integer({ min: 1, max: 1_000_000 }),
  chain: fc.string({ minLength: 1 }),
  from: position,
  to: position,
  count: fc.integer({ min: 1, max: 100_000 }),
  sha256: hex(64),
});

function decodeEventOf(message: { headers: Record<string, string>; value: Buffer }) {
  const decoded = decodeCloudEvent(message);
  if (!decoded.ok) {
    throw new Error(decoded.problem);
  }
  return decoded.value;
}

describe('an oplog batch on the bus', () => {
  it('comes back with every header and every byte as they were', () => {
    fc.assert(
      fc.property(batchMeta, fc.uint8Array(), (meta, bytes) => {
        const event = decodeEventOf(encodeOplogBatch(meta, Buffer.from(bytes), context));
        expect(decodeOplogBatch(event)).toEqual({ ok: true, value: meta });
        expect(event.data.equals(Buffer.from(bytes))).toBe(true);
      }),
    );
  });

  it('has the same id whenever the same range is sent under the same epoch', () => {
    fc.assert(
      fc.property(batchMeta, (meta) => {
        const later = { ...context, time: new Date('2027-01-01T00:00:00Z') };
        const first = encodeOplogBatch(meta, Buffer.alloc(0), context);
        const again = encodeOplogBatch(meta, Buffer.alloc(0), later);
        expect(again.headers['ce_id']).toBe(first.headers['ce_id']);
      }),
    );
  });

  it('is refused with the name of the header that is wrong', () => {
    const [meta] = fc.sample(batchMeta, 1);
    if (meta === undefined) {
      throw new Error('no sample');
    }
    const message = encodeOplogBatch(meta, Buffer.alloc(0), context);
    const event = decodeEventOf({ ...message, headers: { ...message.headers, ce_from: 'yesterday' } });
    expect(decodeOplogBatch(event)).toMatchObject({
      ok: false,
      problem: expect.stringContaining('from') as string,
    });
  });
});

describe('a part of an initial sync on the bus', () => {
  it('comes back as it was', () => {
    const meta = {
      deployment: 'd',
      replicaSet: 'rs0',
      replicaSetId: 'a'.repeat(24),
      epoch: 1,
      syncId: '0000000001',
      attempt: 'a1',
      part: 7,
      sha256: 'b'.repeat(64),
    };
    expect(decodeSyncPart(decodeEventOf(encodeSyncPart(meta, Buffer.from('x'), context)))).toEqual({
      ok: true,
      value: meta,
    });
  });
});

describe('a JSON event', () => {
  const data = {
    deployment: 'd',
    replicaSet: 'rs0',
    replicaSetId: 'a'.repeat(24),
    epoch: 3,
    syncId: '0000000003',
    reason: 'restarted',
  };
  const encoded = encodeJsonEvent(syncAbandoned, { ...context, id: 'x', subject: null }, data);

  it('comes back as it was, and ignores fields that a newer service added', () => {
    const newer = { ...encoded, value: Buffer.from(JSON.stringify({ ...data, added: 1 })) };
    expect(decodeJsonEvent(syncAbandoned, encoded)).toEqual({ ok: true, value: data });
    expect(decodeJsonEvent(syncAbandoned, newer)).toEqual({ ok: true, value: data });
  });

  it('is a problem, never an exception, when it is of another type, not JSON, without its envelope, or misses a field', () => {
    const problems = [
      decodeJsonEvent(captureState, encoded),
      decodeJsonEvent(syncAbandoned, { ...encoded, value: Buffer.from('{') }),
      decodeJsonEvent(syncAbandoned, { ...encoded, headers: {} }),
      decodeJsonEvent(syncAbandoned, { ...encoded, value: null }),
      decodeJsonEvent(syncAbandoned, {
        ...encoded,
        value: Buffer.from(JSON.stringify({ ...data, epoch: 0 })),
      }),
    ];
    expect(problems.map((decoded) => decoded.ok)).toEqual([false, false, false, false, false]);
    expect(problems[4]).toMatchObject({ problem: expect.stringContaining('epoch') as string });
  });
});
