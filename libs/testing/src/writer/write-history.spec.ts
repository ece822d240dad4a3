import { WriteHistory } from './write-history.js';

const at = (i: number): { t: number; i: number } => ({ t: 100, i });

describe('WriteHistory', () => {
  it('expects every write up to a time, that time included, and none after it', () => {
    const history = new WriteHistory();
    for (const number of [1, 2, 3]) history.insert(number)(at(number));

    expect(history.expectedAt(at(2)).count).toBe(2);
    expect(
      history.differencesAt(
        at(2),
        new Map([
          [1, 1],
          [2, 2],
        ]),
      ),
    ).toEqual([]);
    expect(history.differencesAt(at(2), new Map([[1, 1]]))).toEqual(['document 2 is missing']);
    expect(
      history.differencesAt(
        at(2),
        new Map([
          [1, 1],
          [2, 2],
          [3, 3],
        ]),
      ),
    ).toEqual(['document 3 is there, though it was written at 100:3']);
  });

  it('expects of several updates the one with the highest time, whichever began or was answered first', () => {
    const history = new WriteHistory();
    history.insert(1)(at(1));
    const begunFirst = history.update(1, 5);
    history.update(1, 6)(at(4));
    begunFirst(at(9));

    expect(history.differencesAt(at(3), new Map([[1, 1]]))).toEqual([]);
    expect(history.differencesAt(at(8), new Map([[1, 6]]))).toEqual([]);
    expect(history.differencesAt(at(9), new Map([[1, 5]]))).toEqual([]);
    expect(history.differencesAt(at(9), new Map([[1, 6]]))).toEqual([
      'document 1 was last changed by write 6, not 5',
    ]);
  });

  it('allows both outcomes of a write that was never acknowledged', () => {
    const history = new WriteHistory();
    history.insert(1)(at(1));
    history.insert(2);
    history.update(1, 3);

    const expected = history.expectedAt(at(5));
    expect(expected.count).toBe(1);
    expect(history.differencesAt(at(5), new Map([[1, 1]]))).toEqual([]);
    expect(
      history.differencesAt(
        at(5),
        new Map([
          [1, 3],
          [2, 2],
        ]),
      ),
    ).toEqual([]);
    expect(history.acknowledged).toBe(1);
  });

  it('reports a document that nobody wrote', () => {
    const history = new WriteHistory();
    expect(history.differencesAt(at(5), new Map([[7, 7]]))).toEqual(['document 7 was never written']);
  });

  it('knows the newest acknowledged time', () => {
    const history = new WriteHistory();
    expect(history.latest).toBeNull();
    history.insert(1)(at(7));
    history.insert(2)({ t: 99, i: 8 });
    expect(history.latest).toEqual(at(7));
  });
});
