import { Long, serialize, Timestamp, type Document } from 'bson';
import { changesFcv } from './compatibility-version.js';

const place = { ts: new Timestamp({ t: 1764000000, i: 3 }), t: Long.fromNumber(5), v: Long.fromNumber(2) };
const entry = (operation: Document): Buffer => Buffer.from(serialize({ ...operation, ...place }));
const ns = 'admin.system.version';
const _id = 'featureCompatibilityVersion';
const applyOps = (...inner: Document[]): Document => ({ op: 'c', ns: 'admin.$cmd', o: { applyOps: inner } });

const update = { op: 'u', ns, o: { $v: 2, diff: { u: { version: '5.0' } } }, o2: { _id } };

describe('the feature compatibility version', () => {
  it.each<[string, Document]>([
    ['an update', update],
    ['an insert', { op: 'i', ns, o: { _id, version: '6.0' }, o2: { _id } }],
    ['an insert as older servers write it', { op: 'i', ns, o: { _id, version: '5.0' } }],
    ['a delete', { op: 'd', ns, o: { _id } }],
    ['an update in a transaction', applyOps({ op: 'i', ns: 'a.b', o: { _id: 1 } }, update)],
    ['an update in an applyOps inside another', applyOps(applyOps(update))],
  ])('changes by %s', (_, operation) => {
    expect(changesFcv(entry(operation))).toBe(true);
  });

  it.each<[string, Document]>([
    ['an update of another document there', { ...update, o2: { _id: 'authSchema' } }],
    ['an update of a longer id', { ...update, o2: { _id: `${_id}s` } }],
    ['an update of such a document elsewhere', { ...update, ns: 'shop.orders' }],
    ['an insert that names it', { op: 'i', ns: 'shop.orders', o: { _id, ns } }],
    ['an insert there that names it in another field', { op: 'i', ns, o: { _id: 1, name: _id } }],
    ['a transaction that names it', applyOps({ op: 'i', ns: 'shop.orders', o: { _id } })],
    ['a no-op', { op: 'n', ns: '', o: { msg: _id } }],
    ['a command', { op: 'c', ns: 'admin.$cmd', o: { create: 'x' } }],
    ['an operation without a document', { op: 'u', ns }],
  ])('does not change by %s', (_, operation) => {
    expect(changesFcv(entry(operation))).toBe(false);
  });

  it('is not looked for in what is no entry', () => {
    const nested = (depth: number): Document => (depth === 0 ? update : applyOps(nested(depth - 1)));
    const malformedEntry = expect.objectContaining({ code: 'OPLOG-10001' }) as Error;
    expect(changesFcv(entry(nested(10)))).toBe(true);
    expect(() => changesFcv(entry(nested(11)))).toThrow(malformedEntry);
    expect(() => changesFcv(Buffer.from('garbage'))).toThrow(malformedEntry);
  });
});
