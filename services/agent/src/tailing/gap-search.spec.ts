import { GapSearch } from './gap-search.js';

const gap = (t: number) => ({ kind: 'gap', oldest: { ts: { t, i: 1 }, term: 1 } }) as const;

describe('a gap', () => {
  it('is announced when every member was asked, from the oldest entry that any of them has', () => {
    const search = new GapSearch();
    expect(search.sure('a:1', gap(50))).toBeNull();
    expect(search.members).toEqual(['a:1']);
    expect(search.sure('b:1', gap(40))).toBeNull();
    expect(search.sure('a:1', gap(50))).toEqual(gap(40));
  });

  it('is forgotten once a member had the range', () => {
    const search = new GapSearch();
    search.sure('a:1', gap(50));
    search.clear();
    expect(search.sure('a:1', gap(90))).toBeNull();
  });
});

describe('a fork', () => {
  it('is announced at once: what is majority-committed on one member is history on all', () => {
    const fork = { kind: 'fork', found: { ts: { t: 1, i: 1 }, term: 2 } } as const;
    expect(new GapSearch().sure('a:1', fork)).toBe(fork);
  });
});
