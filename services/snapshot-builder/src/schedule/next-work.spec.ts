import { nextWork } from './next-work.js';
import type { HeadSituation } from './next-work.js';

const at = (t: number) => ({ ts: { t, i: 1 }, term: 1 });
const situation: HeadSituation = {
  head: { chain: 'c1', position: at(100) },
  tail: { chain: 'c1', archivedTo: at(200) },
  sync: { id: 's1', stop: at(100) },
  newest: { ts: at(100).ts, createdAtMillis: 0 },
  nowMillis: 60_000,
  intervalMillis: 60_000,
};

describe('a head', () => {
  it('is seeded once the initial sync and the oplog up to its end are in the store, and not before', () => {
    const fresh = { ...situation, head: null, newest: null };
    expect(nextWork(fresh)).toEqual({ kind: 'seed', syncId: 's1' });
    expect(nextWork({ ...fresh, tail: null })).toMatchObject({ kind: 'wait' });
    expect(nextWork({ ...fresh, sync: null })).toMatchObject({ kind: 'wait' });
    expect(nextWork({ ...fresh, tail: { chain: 'c1', archivedTo: at(99) } })).toMatchObject({ kind: 'wait' });
  });

  it('never continues on another chain', () => {
    const other = { ...situation, tail: { chain: 'c2', archivedTo: at(300) }, newest: null };
    expect(nextWork({ ...other, sync: null })).toMatchObject({ kind: 'wait' });
    expect(nextWork({ ...other, sync: { id: 's2', stop: at(300) } })).toEqual({ kind: 'seed', syncId: 's2' });
  });
});

describe('a snapshot', () => {
  it('is sealed at the end of the initial sync at once', () => {
    expect(nextWork({ ...situation, newest: null, nowMillis: 0 })).toEqual({
      kind: 'seal',
      chain: 'c1',
      from: at(100),
      to: at(100),
    });
  });

  it('follows the one before after the interval, at the newest archived entry', () => {
    expect(nextWork({ ...situation, nowMillis: 59_999 })).toMatchObject({ kind: 'wait' });
    expect(nextWork(situation)).toEqual({ kind: 'seal', chain: 'c1', from: at(100), to: at(200) });
  });

  it('is due when the last one says that it was made in the future', () => {
    const newest = { ts: at(100).ts, createdAtMillis: 1e12 };
    expect(nextWork({ ...situation, newest })).toMatchObject({ kind: 'seal' });
  });

  it('is not made where nothing was archived since the last one', () => {
    expect(nextWork({ ...situation, tail: { chain: 'c1', archivedTo: at(100) } })).toMatchObject({
      kind: 'wait',
    });
  });

  it('is made of a head that was advanced before a crash', () => {
    const advanced = { ...situation, head: { chain: 'c1', position: at(200) } };
    expect(nextWork(advanced)).toEqual({ kind: 'seal', chain: 'c1', from: at(200), to: at(200) });
  });
});
