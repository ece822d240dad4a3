import { nextWork } from './next-work.js';
import type { HeadSituation } from './next-work.js';

const at = (t: number) => ({ ts: { t, i: 1 }, term: 1 });
const base = (t: number) => ({ id: `b${t}`, ts: at(t).ts });
const situation: HeadSituation = {
  head: { chain: 'c1', position: at(100) },
  tail: { chain: 'c1', archivedTo: at(200) },
  sync: { id: 's1', stop: at(100) },
  isBased: true,
  bases: [base(100)],
  isSealedHere: true,
  due: null,
};
const fresh = { ...situation, head: null, bases: [], isSealedHere: false };

describe('a head', () => {
  it('is seeded once the initial sync and the oplog up to its end are in the store, and not before', () => {
    expect(nextWork(fresh)).toEqual({ kind: 'seed', syncId: 's1' });
    expect(nextWork({ ...fresh, tail: null })).toMatchObject({ kind: 'wait' });
    expect(nextWork({ ...fresh, sync: null, isBased: false })).toMatchObject({ kind: 'wait' });
    expect(nextWork({ ...fresh, tail: { chain: 'c1', archivedTo: at(99) } })).toMatchObject({ kind: 'wait' });
  });

  it('that was lost is made of the newest block snapshot, whatever has become of the initial sync', () => {
    const lost = { ...fresh, bases: [base(100), base(150)] };
    expect(nextWork(lost)).toEqual({ kind: 'materialize', snapshotId: 'b150' });
    expect(nextWork({ ...lost, sync: null })).toEqual({ kind: 'materialize', snapshotId: 'b150' });
  });

  it('that nothing can be made of is stuck, and does not wait for ever', () => {
    expect(nextWork({ ...fresh, sync: null })).toMatchObject({ kind: 'stuck' });
  });

  it('never continues on another chain', () => {
    const other = { ...situation, tail: { chain: 'c2', archivedTo: at(300) }, bases: [], isBased: false };
    expect(nextWork({ ...other, sync: null })).toMatchObject({ kind: 'wait' });
    expect(nextWork({ ...other, sync: { id: 's2', stop: at(300) } })).toEqual({ kind: 'seed', syncId: 's2' });
  });
});

describe('a block snapshot', () => {
  const seal = (to: number) => ({ kind: 'seal', chain: 'c1', from: at(100), to: at(to).ts });

  it('is sealed at the end of the initial sync at once', () => {
    expect(nextWork({ ...situation, bases: [], isSealedHere: false })).toEqual(seal(100));
  });

  it('is sealed elsewhere where the only one is there and damaged', () => {
    const damaged = { ...situation, bases: [] };
    expect(nextWork(damaged)).toEqual(seal(200));
    expect(nextWork({ ...damaged, tail: { chain: 'c1', archivedTo: at(100) } })).toMatchObject({
      kind: 'wait',
    });
  });

  it('moves the head to the moment at which it is due, and nothing else moves it', () => {
    expect(nextWork(situation)).toMatchObject({ kind: 'wait' });
    expect(nextWork({ ...situation, due: at(180).ts })).toEqual(seal(180));
  });

  it('is made of a head that was advanced before a crash, where that stands', () => {
    const advanced = { ...situation, head: { chain: 'c1', position: at(190) }, due: at(180).ts };
    expect(nextWork(advanced)).toEqual({ kind: 'seal', chain: 'c1', from: at(190), to: at(190).ts });
  });
});
