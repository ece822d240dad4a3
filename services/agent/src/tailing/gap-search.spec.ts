import { GapSearch } from './gap-search.js';

const gap = (t: number) => ({ kind: 'gap', oldest: { ts: { t, i: 1 }, term: 1 } }) as const;
const hosts = ['a:1', 'b:1'];

describe('a gap', () => {
  it('is sure when every member that holds data was asked, from the oldest entry that any of them has', () => {
    const search = new GapSearch(1000);
    expect(search.found('a:1', gap(50), hosts, 0)).toEqual({ kind: 'ask-others' });
    expect(search.members).toEqual(['a:1']);
    expect(search.found('b:1', gap(40), hosts, 0)).toEqual({ kind: 'ask-others' });
    expect(search.found('a:1', gap(50), hosts, 0)).toEqual({ kind: 'lost', gap: gap(40), missing: [] });
  });

  it('is not sure while a member cannot be asked: it may be back soon, and have the range', () => {
    const search = new GapSearch(1000);
    search.found('a:1', gap(50), hosts, 0);
    expect(search.found('a:1', gap(50), hosts, 0)).toEqual({ kind: 'wait', missing: ['b:1'] });
    expect(search.found('a:1', gap(50), hosts, 999)).toEqual({ kind: 'wait', missing: ['b:1'] });
    expect(search.found('b:1', gap(40), hosts, 999)).toEqual({ kind: 'ask-others' });
    expect(search.found('b:1', gap(40), hosts, 999)).toEqual({ kind: 'lost', gap: gap(40), missing: [] });
  });

  it('is not waited with for ever', () => {
    const search = new GapSearch(1000);
    search.found('a:1', gap(50), hosts, 0);
    search.found('a:1', gap(50), hosts, 500);
    expect(search.found('a:1', gap(60), hosts, 1499)).toMatchObject({ kind: 'wait' });
    expect(search.found('a:1', gap(60), hosts, 1500)).toEqual({
      kind: 'lost',
      gap: gap(60),
      missing: ['b:1'],
    });
  });

  it('is forgotten once a member had the range', () => {
    const search = new GapSearch(1000);
    search.found('a:1', gap(50), ['a:1'], 0);
    search.clear();
    expect(search.members).toEqual([]);
    expect(search.found('a:1', gap(90), ['a:1'], 0)).toEqual({ kind: 'ask-others' });
  });
});
