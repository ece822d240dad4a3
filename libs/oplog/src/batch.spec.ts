import { createHash } from 'node:crypto';
import { Long, serialize, Timestamp } from 'bson';
import fc from 'fast-check';
import { frameBatch, openBatch, type BatchHeader } from './batch.js';
import { readPosition, type RawEntry } from './entry-scan.js';
import type { Position } from './position.js';

const at = (t: number, i: number, term: number): Position => ({ ts: { t, i }, term });

function entryAt({ ts, term }: Position, payload = ''): RawEntry {
  const bytes = Buffer.from(
    serialize({
      op: 'n',
      o: { payload },
      ts: new Timestamp(ts),
      t: Long.fromNumber(term),
      v: Long.fromNumber(2),
    }),
  );
  return { bytes, position: readPosition(bytes) };
}

/** A start and the entries behind it, over seconds and elections. */
const run = fc
  .tuple(
    fc.record({ t: fc.nat(1000), i: fc.nat(5), term: fc.integer({ min: -1, max: 3 }) }),
    fc.array(fc.record({ seconds: fc.nat(2), ordinals: fc.nat(3), terms: fc.nat(1), payload: fc.string() }), {
      minLength: 1,
      maxLength: 8,
    }),
  )
  .map(([start, steps]) => {
    let { t, i, term } = start;
    const entries = steps.map((step) => {
      i = step.seconds === 0 ? i + 1 + step.ordinals : step.ordinals;
      t += step.seconds;
      term += step.terms;
      return entryAt(at(t, i, term), step.payload);
    });
    return { from: at(start.t, start.i, start.term), entries };
  });

/** A header that is true of its bytes but for what is given, so that only that can be refused. */
function forged(
  entries: readonly RawEntry[],
  changes: Partial<BatchHeader> & { from?: Position; to?: Position },
) {
  const bytes = Buffer.concat(entries.map((entry) => entry.bytes));
  const header: BatchHeader = {
    range: { from: changes.from ?? at(1, 0, 1), to: changes.to ?? entries.at(-1)?.position ?? at(1, 0, 1) },
    count: changes.count ?? entries.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
  return openBatch(header, bytes);
}

describe('a batch', () => {
  it('opens to the entries that were framed', () => {
    fc.assert(
      fc.property(run, ({ from, entries }) => {
        const { header, bytes } = frameBatch(from, entries);
        expect(header).toMatchObject({
          range: { from, to: entries.at(-1)?.position },
          count: entries.length,
        });
        expect(openBatch(header, bytes)).toEqual({ ok: true, entries });
      }),
    );
  });

  it('is refused when any of its bytes differs', () => {
    fc.assert(
      fc.property(run, fc.nat(), fc.integer({ min: 1, max: 255 }), ({ from, entries }, place, mask) => {
        const { header, bytes } = frameBatch(from, entries);
        bytes.writeUInt8(bytes.readUInt8(place % bytes.length) ^ mask, place % bytes.length);
        expect(openBatch(header, bytes)).toMatchObject({ ok: false });
      }),
    );
  });

  it('is refused when it is cut or has more behind it', () => {
    const { header, bytes } = frameBatch(at(1, 0, 1), [entryAt(at(1, 1, 1)), entryAt(at(1, 2, 1))]);
    expect(openBatch(header, bytes.subarray(0, -1))).toMatchObject({ ok: false });
    expect(openBatch(header, Buffer.concat([bytes, Buffer.alloc(1)]))).toMatchObject({ ok: false });
  });

  const [first, second] = [entryAt(at(1, 1, 1)), entryAt(at(1, 2, 1))];

  it('opens when all of its header is true', () => {
    expect(forged([first, second], {})).toEqual({ ok: true, entries: [first, second] });
  });

  it.each([
    [
      'counts more entries than it has',
      () => forged([first, second], { count: 3 }),
      /counts 3 entries.*hold 2/,
    ],
    ['has no entry', () => forged([], {}), /hold 0/],
    ['has an entry twice', () => forged([first, first], {}), /1:1 \(term 1\) does not follow 1:1/],
    ['goes back in time', () => forged([second, first], {}), /1:1 \(term 1\) does not follow 1:2/],
    ['begins at the entry it should follow', () => forged([first], { from: at(1, 1, 1) }), /does not follow/],
    ['begins before it', () => forged([first], { from: at(1, 1, 0) }), /does not follow/],
    ['falls back to an older term', () => forged([entryAt(at(1, 1, 2)), second], {}), /does not follow/],
    [
      'has an older term than what it follows',
      () => forged([first], { from: at(1, 0, 2) }),
      /does not follow/,
    ],
    ['ends before the header says', () => forged([first], { to: at(1, 2, 1) }), /the header ends at 1:2/],
    ['ends beyond what the header says', () => forged([first, second], { to: at(1, 1, 1) }), /ends at 1:1/],
    [
      'ends in another term than the header says',
      () => forged([first], { to: at(1, 1, 2) }),
      /ends at 1:1 \(term 2/,
    ],
    [
      'holds something else than entries',
      () => forged([{ bytes: Buffer.from('garbage'), position: at(1, 1, 1) }], {}),
      /Not a whole oplog entry/,
    ],
  ])('is refused when it %s', (_, open, reason) => {
    expect(open()).toEqual({ ok: false, reason: expect.stringMatching(reason) as string });
  });

  it.each([
    ['no entries', []],
    ['an entry at its start', [entryAt(at(1, 0, 1))]],
    ['entries out of order', [second, first]],
    ['a falling term', [entryAt(at(1, 1, 2)), second]],
  ])('is never made from %s', (_, entries) => {
    expect(() => frameBatch(at(1, 0, 1), entries)).toThrow(
      expect.objectContaining({ code: 'OPLOG-90002' }) as Error,
    );
  });
});
