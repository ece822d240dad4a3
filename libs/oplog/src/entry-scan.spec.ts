import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  Code,
  Decimal128,
  deserialize,
  Double,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  serialize,
  Timestamp,
} from 'bson';
import fc from 'fast-check';
import { readPosition, scanEntries, splitDocuments } from './entry-scan.js';

const malformedEntry = expect.objectContaining({ code: 'OPLOG-10001' }) as Error;

const name = fc
  .oneof(fc.constantFrom('o', 'op', 'tt', 'tsx', 's', ''), fc.stringMatching(/^[a-zé]{1,6}$/))
  .filter((text) => text !== 't' && text !== 'ts');
const bytes = fc.uint8Array({ maxLength: 20 });
const scalar: fc.Arbitrary<unknown> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double().map((value) => new Double(value)),
  fc.integer().map((value) => new Int32(value)),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => Long.fromBigInt(value)),
  fc.boolean(),
  fc.date({ noInvalidDate: true }),
  bytes.map((value) => new Binary(value)),
  fc.uint8Array({ minLength: 12, maxLength: 12 }).map((value) => new ObjectId(value)),
  fc.constantFrom(null, new MinKey(), new MaxKey(), new BSONSymbol('ts'), new BSONRegExp('^ts', 'i')),
  fc.constantFrom(new Code('t'), new Code('t', { ts: 1, t: 2 }), Decimal128.fromString('1.5')),
  fc.constant(new Timestamp({ t: 1, i: 1 })),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(name, fc.constantFrom('ts', 't')), tie('value'), { maxKeys: 4 }),
  ),
}));
const uint32 = fc.integer({ min: 0, max: 0xffff_ffff });
const ts = fc.record({ t: uint32, i: uint32 }).map((parts) => new Timestamp(parts));
const term = fc.oneof(
  fc.constant(undefined),
  fc.oneof(fc.maxSafeNat(), fc.nat(9), fc.constant(-1)).map((n) => Long.fromNumber(n)),
  fc.integer({ min: -1 }).map((n) => new Int32(n)),
);

/** Fields in random order, `ts` and sometimes `t` at random places among them. */
const entry = fc
  .tuple(fc.array(fc.tuple(name, value), { maxLength: 8 }), ts, term, fc.nat(), fc.nat())
  .map(([fields, time, election, at, termAt]) => {
    const all: [string, unknown][] = [...fields];
    all.splice(at % (all.length + 1), 0, ['ts', time]);
    all.splice(
      termAt % (all.length + 1),
      0,
      ...(election === undefined ? [] : [['t', election] as [string, unknown]]),
    );
    return Buffer.from(serialize(Object.fromEntries(all)));
  });

/** The document of one element of that type and value under the name `x`, then a `ts` of 7:3. */
function withElement(type: number, valueBytes: Buffer): Buffer {
  const tsElement = Buffer.from('\x11ts\0\x03\0\0\0\x07\0\0\0', 'latin1');
  const body = Buffer.concat([
    Buffer.from([type]),
    Buffer.from('x\0'),
    valueBytes,
    tsElement,
    Buffer.alloc(1),
  ]);
  const length = Buffer.alloc(4);
  length.writeInt32LE(body.length + 4);
  return Buffer.concat([length, body]);
}

const latin1 = (text: string) => Buffer.from(text, 'latin1');

/** Every type of BSON 1.1, with the parts of a value that a scan could trip over. */
const everyType: [string, number, Buffer][] = [
  ['double', 0x01, Buffer.alloc(8, 0x11)],
  ['string', 0x02, latin1('\x05\0\0\0a\0b\x11\0')],
  ['document', 0x03, latin1('\x05\0\0\0\0')],
  ['array', 0x04, latin1('\x08\0\0\0\x0a0\0\0')],
  ['binary', 0x05, latin1('\x04\0\0\0\0\x11ts\0')],
  ['empty binary', 0x05, latin1('\0\0\0\0\0')],
  ['undefined', 0x06, latin1('')],
  ['ObjectId', 0x07, Buffer.alloc(12, 0x11)],
  ['boolean', 0x08, latin1('\x01')],
  ['date', 0x09, Buffer.alloc(8)],
  ['null', 0x0a, latin1('')],
  ['regular expression', 0x0b, latin1('^ts\0im\0')],
  ['empty regular expression', 0x0b, latin1('\0\0')],
  ['DBPointer', 0x0c, Buffer.concat([latin1('\x03\0\0\0ab\0'), Buffer.alloc(12, 0x11)])],
  ['code', 0x0d, latin1('\x02\0\0\0t\0')],
  ['symbol', 0x0e, latin1('\x01\0\0\0\0')],
  ['code with scope', 0x0f, latin1('\x0e\0\0\0\x01\0\0\0\0\x05\0\0\0\0')],
  ['int32', 0x10, Buffer.alloc(4, 0x11)],
  ['timestamp', 0x11, Buffer.alloc(8, 0x11)],
  ['int64', 0x12, Buffer.alloc(8)],
  ['decimal128', 0x13, Buffer.alloc(16, 0x11)],
  ['MaxKey', 0x7f, latin1('')],
  ['MinKey', 0xff, latin1('')],
];

/** A document whose only fault can be in its elements: length and terminator are right. */
function framed(content: Buffer): Buffer {
  const document = Buffer.concat([Buffer.alloc(4), content, Buffer.alloc(1)]);
  document.writeInt32LE(document.length);
  return document;
}

/** What `run` threw, unless it was malformedEntry. */
function surpriseOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return (error as { code?: unknown }).code === 'OPLOG-10001' ? null : error;
  }
  return null;
}

describe('readPosition', () => {
  it('finds what decoding finds, wherever ts and t stand and whatever is around them', () => {
    fc.assert(
      fc.property(entry, (raw) => {
        const decoded = deserialize(raw, { promoteValues: false }) as {
          ts: Timestamp;
          t?: { toString(): string };
        };
        expect(readPosition(raw)).toEqual({
          ts: { t: decoded.ts.t, i: decoded.ts.i },
          term: decoded.t === undefined ? -1 : Number(decoded.t.toString()),
        });
      }),
      { numRuns: 1000 },
    );
  });

  it.each(everyType)('skips a value of type %s', (_, type, valueBytes) => {
    expect(readPosition(withElement(type, valueBytes))).toEqual({ ts: { t: 7, i: 3 }, term: -1 });
  });

  it('takes the first of two elements of a name, as the server does', () => {
    const [first, second] = [1, 2].map((n) =>
      Buffer.from(serialize({ ts: new Timestamp({ t: n, i: n }), t: Long.fromNumber(n) })).subarray(4, -1),
    );
    expect(
      readPosition(framed(Buffer.concat([first ?? Buffer.alloc(0), second ?? Buffer.alloc(0)]))),
    ).toEqual({
      ts: { t: 1, i: 1 },
      term: 1,
    });
  });

  it('reads a view in the middle of a larger buffer', () => {
    const raw = withElement(0x0a, latin1(''));
    const around = Buffer.concat([Buffer.alloc(3, 0xff), raw, Buffer.alloc(3, 0xff)]);
    expect(readPosition(around.subarray(3, 3 + raw.length)).ts).toEqual({ t: 7, i: 3 });
  });

  it.each([
    ['no ts', { op: 'n', t: Long.fromNumber(1) }],
    ['a ts inside another document only', { o: { ts: new Timestamp({ t: 1, i: 1 }) } }],
    ['a ts of another type', { ts: new Date(0) }],
    ['a t of another type', { ts: new Timestamp({ t: 1, i: 1 }), t: 'x' }],
    ['a t below -1', { ts: new Timestamp({ t: 1, i: 1 }), t: Long.fromNumber(-2) }],
    ['a t above 2^53', { ts: new Timestamp({ t: 1, i: 1 }), t: Long.fromBits(0, 1 << 22) }],
  ])('refuses an entry with %s', (_, document) => {
    expect(() => readPosition(Buffer.from(serialize(document)))).toThrow(malformedEntry);
  });

  it('refuses an entry that is cut anywhere, or has more behind it', () => {
    for (const [, type, valueBytes] of everyType) {
      const raw = withElement(type, valueBytes);
      for (let length = 0; length < raw.length; length += 1) {
        expect(() => readPosition(raw.subarray(0, length))).toThrow(malformedEntry);
      }
      expect(() => readPosition(Buffer.concat([raw, Buffer.alloc(1)]))).toThrow(malformedEntry);
    }
  });

  it('refuses a last element that is cut anywhere, however right the length of the entry is', () => {
    const tsElement = latin1('\x11ts\0\x03\0\0\0\x07\0\0\0');
    for (const [, type, valueBytes] of everyType) {
      const element = Buffer.concat([Buffer.from([type]), Buffer.from('x\0'), valueBytes]);
      expect(readPosition(framed(Buffer.concat([tsElement, element]))).ts).toEqual({ t: 7, i: 3 });
      for (let length = 1; length < element.length; length += 1) {
        const cut = framed(Buffer.concat([tsElement, element.subarray(0, length)]));
        expect(() => readPosition(cut)).toThrow(malformedEntry);
      }
    }
  });

  it('refuses an entry that says another length than it has, or does not end in a zero byte', () => {
    for (const [offset, byte] of [
      [0, 0xff],
      [3, 0x80],
      [-1, 1],
    ] as const) {
      const raw = withElement(0x0a, latin1(''));
      raw.writeUInt8(byte, offset < 0 ? raw.length + offset : offset);
      expect(() => readPosition(raw)).toThrow(malformedEntry);
    }
  });

  it.each([
    ['a string without its zero byte', 0x02, latin1('\x02\0\0\0ab')],
    ['a string of length 0', 0x02, latin1('\0\0\0\0')],
    ['a string of negative length', 0x02, latin1('\xff\xff\xff\xff\0')],
    ['a string that reaches beyond the entry', 0x02, latin1('\xff\xff\xff\x7f\0')],
    ['a document of length 4', 0x03, latin1('\x04\0\0\0\0')],
    ['a document of negative length', 0x03, latin1('\0\0\0\x80\0')],
    ['a document without its zero byte', 0x03, latin1('\x05\0\0\0\x01')],
    ['a binary of negative length', 0x05, latin1('\xfe\xff\xff\xff\0')],
    ['a code with scope of length 13', 0x0f, latin1('\x0d\0\0\0\x01\0\0\0\0\x05\0\0\0')],
    ['an unknown type', 0x14, latin1('')],
    ['type 0', 0x00, latin1('')],
  ])('refuses %s', (_, type, valueBytes) => {
    expect(() => readPosition(withElement(type, valueBytes))).toThrow(malformedEntry);
  });

  it('says where an entry is broken, never what it holds', () => {
    const secret = framed(latin1('\x02secret\0\x09\0\0\0password\x01'));
    expect(() => readPosition(secret)).toThrow(
      expect.objectContaining({ details: { offset: 16, length: secret.length } }) as Error,
    );
    expect(() => readPosition(secret)).not.toThrow(/secret|password/);
  });
});

describe('garbage', () => {
  it('is refused as malformed, or read, but never ends in another error or a loop', () => {
    const garbage = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
    const damaged = fc
      .tuple(entry, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }))
      .map(([raw, flips]) => {
        flips.forEach(([at, byte]) => (raw[at % raw.length] = byte));
        return raw;
      });
    fc.assert(
      fc.property(fc.oneof(garbage, garbage.map(framed), damaged), (raw) => {
        expect(surpriseOf(() => readPosition(raw))).toBeNull();
        expect(surpriseOf(() => scanEntries(raw))).toBeNull();
      }),
      { numRuns: 3000 },
    );
  });
});

describe('splitDocuments', () => {
  it('gives back the documents that were put together, as views', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), (documents) => {
        const buffer = Buffer.concat(documents);
        const views = splitDocuments(buffer);
        expect(views).toEqual(documents);
        buffer.fill(0xff);
        expect(views.every((view) => view.every((byte) => byte === 0xff))).toBe(true);
      }),
    );
  });

  it('refuses a last document that is cut anywhere', () => {
    const [first, second] = [withElement(0x0a, latin1('')), withElement(0x02, latin1('\x02\0\0\0a\0'))];
    const buffer = Buffer.concat([first, second]);
    for (let length = first.length + 1; length < buffer.length; length += 1) {
      expect(() => splitDocuments(buffer.subarray(0, length))).toThrow(malformedEntry);
    }
  });

  it.each([0, 4, -1, 0x7fff_ffff])('refuses a document of length %d', (length) => {
    // What lies behind is a document, so that only this length can be refused.
    const buffer = Buffer.concat([Buffer.alloc(4), withElement(0x0a, latin1(''))]);
    buffer.writeInt32LE(length);
    expect(() => splitDocuments(buffer)).toThrow(malformedEntry);
  });
});

describe('scanEntries', () => {
  it('gives each entry with its position, in order', () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), (documents) => {
        expect(scanEntries(Buffer.concat(documents))).toEqual(
          documents.map((raw) => ({ bytes: raw, position: readPosition(raw) })),
        );
      }),
    );
  });
});
