import fc from 'fast-check';
import { Binary, Decimal128, Double, Int32, Long, serialize, Timestamp } from 'bson';
import { hasEmptyTimestamp, orderedDocument } from './ordered-document.js';

const leaf = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.string(),
  fc.integer().map((n) => new Int32(n)),
  fc.integer().map((n) => new Double(n)),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n).map((n) => Long.fromBigInt(n)),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array().map((bytes) => new Binary(bytes)),
  fc.constant(Decimal128.fromString('1.50')),
  fc.nat().map((t) => new Timestamp({ t, i: 1 })),
);
/** Names that a JavaScript object would put into another order. */
const name = fc.oneof(fc.nat(20).map(String), fc.stringMatching(/^[a-z]{1,3}$/));
const { document } = fc.letrec<{ document: Map<string, unknown>; value: unknown }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, leaf, tie('document'), fc.array(leaf, { maxLength: 5 })),
  document: fc.array(fc.tuple(name, tie('value')), { maxLength: 5 }).map((pairs) => new Map(pairs)),
}));

describe('orderedDocument', () => {
  it('gives back every document byte for byte, whatever its names and number types', () => {
    fc.assert(
      fc.property(document, (any) => {
        const bytes = Buffer.from(serialize(any));
        expect(Buffer.from(serialize(orderedDocument(bytes))).equals(bytes)).toBe(true);
      }),
    );
  });
});

describe('hasEmptyTimestamp', () => {
  const empty = new Timestamp({ t: 0, i: 0 });

  it('sees it at the top level only, which is where an insert rewrites it', () => {
    expect(hasEmptyTimestamp(Buffer.from(serialize({ _id: 1, at: empty })))).toBe(true);
    expect(hasEmptyTimestamp(Buffer.from(serialize({ _id: 1, in: { at: empty }, list: [empty] })))).toBe(
      false,
    );
    expect(hasEmptyTimestamp(Buffer.from(serialize({ _id: 1, at: new Timestamp({ t: 0, i: 1 }) })))).toBe(
      false,
    );
    expect(hasEmptyTimestamp(Buffer.from(serialize({ _id: 1, bytes: Buffer.alloc(9, 0x11) })))).toBe(false);
  });
});
