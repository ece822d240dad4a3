import { BSONSymbol, deserialize, Double, Long, serialize, Timestamp, UUID, type Document } from 'bson';
import fc from 'fast-check';
import { isIndexDdl, quietEntry } from './index-ddl.js';
import { arrayOf, documentOf } from './raw-document.js';

const exact = { promoteValues: false };
const place = {
  ts: new Timestamp({ t: 1764000000, i: 3 }),
  t: Long.fromNumber(5),
  v: Long.fromNumber(2),
  wall: new Date(1_764_000_000_000),
};
const ui = new UUID('11111111-1111-4111-8111-111111111111');
const noOp = { op: 'n', ns: '', o: { msg: 'index DDL of the copy window' }, ...place };

const command = (o: Document): Document => ({ op: 'c', ns: 'shop.$cmd', ui, o });
const insert = (o: Document): Document => ({ op: 'i', ns: 'shop.orders', ui, o });
const entry = (operation: Document): Buffer => Buffer.from(serialize({ ...operation, ...place }));

/** The entry as it was changed. Compared as bytes: what the server would see. */
function quieted(operation: Document): Buffer {
  const { bytes, changed } = quietEntry(entry(operation));
  expect(changed).toBe(true);
  return bytes;
}

function expectUntouched(bytes: Buffer): void {
  const result = quietEntry(bytes);
  expect(result.changed).toBe(false);
  expect(result.bytes).toBe(bytes);
  expect(isIndexDdl(bytes)).toBe(false);
}

const key = { v: 2, key: { a: 1 }, name: 'a_1' };
const build = { indexBuildUUID: ui, indexes: [key] };
const indexDdl: Document[] = [
  { createIndexes: 'orders', ...key },
  { startIndexBuild: 'orders', ...build },
  { commitIndexBuild: 'orders', ...build },
  { abortIndexBuild: 'orders', ...build, cause: { ok: false } },
  { dropIndexes: 'orders', index: 'a_1' },
  { deleteIndexes: 'orders', index: 'a_1' },
  { collMod: 'orders', index: { name: 'a_1', hidden: true } },
];

describe('index DDL', () => {
  it.each(indexDdl)('becomes a no-op with the same ts, t, v and wall: %j', (o) => {
    expect(isIndexDdl(entry(command(o)))).toBe(true);
    expect(quieted(command(o))).toEqual(Buffer.from(serialize(noOp)));
  });

  it('is taken out of a collMod that changes more than an index', () => {
    const o = { collMod: 'orders', index: { name: 'a_1', hidden: true }, validationLevel: 'moderate' };
    expect(quieted(command(o))).toEqual(entry(command({ collMod: 'orders', validationLevel: 'moderate' })));
  });

  it('is taken out of a transaction, whose other operations keep their order and their bytes', () => {
    const before = insert({ _id: 1, text: 'createIndexes' });
    const after = insert({ _id: 2, zero: new Double(-0), long: Long.fromNumber(1) });
    const o = (inner: Document[]): Document => ({
      lsid: { id: ui },
      txnNumber: Long.fromNumber(1),
      ...command({ applyOps: inner, partialTxn: true }),
      prevOpTime: { ts: place.ts, t: place.t },
    });
    const collMod = command({ collMod: 'orders', validator: {}, index: { name: 'a_1' } });
    expect(quieted(o([before, ...indexDdl.map(command), collMod, after]))).toEqual(
      entry(o([before, command({ collMod: 'orders', validator: {} }), after])),
    );
  });

  it('leaves a valid applyOps without operations where it was all there was', () => {
    expect(quieted(command({ applyOps: indexDdl.map(command), prepare: true }))).toEqual(
      entry(command({ applyOps: [], prepare: true })),
    );
  });

  it('is found in an applyOps inside an applyOps', () => {
    const nested = (inner: Document[]) =>
      command({ applyOps: [insert({ _id: 1 }), command({ applyOps: inner })] });
    expect(quieted(nested(indexDdl.map(command)))).toEqual(entry(nested([])));
  });

  it('leaves the bytes of what stays alone, where decoding and encoding would not', () => {
    const latin1 = (text: string) => Buffer.from(text, 'latin1');
    const element = (head: string, value: Buffer) => Buffer.concat([latin1(head), value]);
    const transaction = (inner: Buffer[]): Buffer =>
      documentOf([
        latin1('\x02op\0\x02\0\0\0c\0'),
        element('\x03o\0', documentOf([element('\x04applyOps\0', arrayOf(inner))])),
        latin1('\x11ts\0\x03\0\0\0\x07\0\0\0'),
      ]);
    // A name twice, numbers as names out of order, the deprecated type undefined.
    const odd = documentOf([
      latin1('\x0ab\0'),
      latin1('\x0ab\0'),
      latin1('\x0a2\0'),
      latin1('\x0a1\0'),
      latin1('\x06u\0'),
    ]);
    expect(Buffer.from(serialize(deserialize(odd, exact)))).not.toEqual(odd);

    const held = documentOf([latin1('\x02op\0\x02\0\0\0i\0'), element('\x03o\0', odd)]);
    const ddl = Buffer.from(serialize(command({ dropIndexes: 'orders', index: '*' })));
    expect(quietEntry(transaction([held, ddl, held])).bytes).toEqual(transaction([held, held]));
  });
});

describe('an entry without index DDL', () => {
  const words = {
    createIndexes: 'a',
    startIndexBuild: 'b',
    collMod: 'c',
    index: { dropIndexes: 1 },
    op: 'c',
  };

  it.each<[string, Document]>([
    ['an insert of a document with such names', insert(words)],
    ['an update of one', { op: 'u', ns: 'shop.orders', ui, o: { $v: 2, diff: { u: words } }, o2: words }],
    ['a no-op that speaks of it', { op: 'n', ns: '', o: { createIndexes: 'orders' } }],
    ['a collMod without an index', command({ collMod: 'orders', validator: { index: 1 } })],
    [
      'another command with such names behind its own',
      command({ create: 'x', createIndexes: 'x', collMod: 'x' }),
    ],
    ['a transaction with such documents', command({ applyOps: [insert(words), command({ create: 'x' })] })],
    ['an empty transaction', command({ applyOps: [], prepare: true })],
    ['an empty command', command({})],
    ['an operation whose kind is no string', { ...command({ createIndexes: 'x' }), op: new BSONSymbol('c') }],
    ['a command whose body is an array', { op: 'c', ns: 'shop.$cmd', o: [{ createIndexes: 'x' }] }],
    ['a command without a body', { op: 'c', ns: 'shop.$cmd' }],
  ])('is given back as the identical buffer: %s', (_, operation) => {
    expectUntouched(entry(operation));
  });

  it('is given back as the identical buffer whatever it holds', () => {
    const names = fc.constantFrom('createIndexes', 'collMod', 'index', 'applyOps', 'op', 'o', 'x');
    const content = fc.dictionary(names, fc.oneof(fc.string(), fc.dictionary(names, fc.nat())));
    fc.assert(
      fc.property(fc.constantFrom('i', 'u', 'd', 'n', 'cc', ''), content, (op, o) => {
        expectUntouched(entry({ op, ns: 'shop.orders', o }));
      }),
    );
  });
});

describe('transactions', () => {
  it('lose exactly their index DDL', () => {
    const operation = fc.oneof(
      fc.constantFrom(...indexDdl.map(command)),
      fc.nat().map((n) => insert({ _id: n })),
    );
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 14 }), (inner) => {
        const { bytes, changed } = quietEntry(entry(command({ applyOps: inner })));
        const left = inner.filter((one) => one['op'] === 'i');
        expect(changed).toBe(left.length < inner.length);
        expect(bytes).toEqual(entry(command({ applyOps: left })));
        expect(quietEntry(bytes).changed).toBe(false);
        expect(deserialize(bytes, exact)).toMatchObject(place);
      }),
    );
  });
});

describe('what is no entry', () => {
  const malformedEntry = expect.objectContaining({ code: 'OPLOG-10001' }) as Error;

  it.each<[string, Document]>([
    ['an applyOps that is no array', { applyOps: 'x' }],
    ['an applyOps that is a document', { applyOps: { 0: insert({}) } }],
    ['an applyOps of something else than operations', { applyOps: [1] }],
    ['an applyOps of arrays', { applyOps: [[insert({})]] }],
  ])('is refused: %s', (_, o) => {
    expect(() => quietEntry(entry(command(o)))).toThrow(malformedEntry);
  });

  it('is refused: applyOps nested deeper than the server allows, at any depth', () => {
    const nested = (depth: number): Document =>
      depth === 0 ? insert({}) : command({ applyOps: [nested(depth - 1)] });
    expectUntouched(entry(nested(10)));
    expect(() => quietEntry(entry(nested(11)))).toThrow(malformedEntry);
    expect(() => quietEntry(entry(nested(500)))).toThrow(malformedEntry);
  });

  it('is refused as malformed, or given back, but never ends in another error', () => {
    const raw = entry(command({ applyOps: [...indexDdl.map(command), insert({ _id: 1 })] }));
    const flips = fc.array(fc.tuple(fc.nat(raw.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(flips, (changes) => {
        const damaged = Buffer.from(raw);
        changes.forEach(([offset, byte]) => (damaged[offset] = byte));
        let code: unknown = 'OPLOG-10001';
        try {
          quietEntry(damaged);
        } catch (error) {
          code = (error as { code?: unknown }).code;
        }
        expect(code).toBe('OPLOG-10001');
      }),
      { numRuns: 2000 },
    );
  });
});
