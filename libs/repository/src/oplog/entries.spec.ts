import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isHeadwaterError } from '@headwater/errors';
import { DirectoryStore } from '@headwater/object-store/directory';
import type { OplogTimestamp, RawEntry } from '@headwater/oplog';
import fc from 'fast-check';
import type { OplogArchive } from '../index.js';
import { Repository, repositoryErrors } from '../index.js';
import { collect, entryAt, failure, position } from '../spec-support/oplog-fixture.js';
import { WatchedStore } from '../spec-support/watched-store.js';

const chain = 'c';
const last = 10;
/** Where the second history leaves the first one: from here on its term is higher. */
const forkAt = 6;

/** Entries at 1, 3, 5, …: between any two of them there are timestamps without an entry. */
const second = (n: number) => 2 * n + 1;
const history = (termOf: (n: number) => number): RawEntry[] =>
  Array.from({ length: last }, (_, n) => entryAt(position(second(n), 1, termOf(n)), `entry ${n}`));
const original = history((n) => (n < 3 ? 1 : 2));
const replaced = history((n) => (n < 3 ? 1 : n < forkAt ? 2 : 3));

/** Slices of entries a to b of one of the two histories. */
interface Piece {
  readonly told: readonly RawEntry[];
  readonly a: number;
  readonly b: number;
}

const anyPiece = (histories: readonly (readonly RawEntry[])[]): fc.Arbitrary<Piece> =>
  fc
    .record({
      told: fc.constantFrom(...histories),
      a: fc.nat({ max: last - 2 }),
      length: fc.integer({ min: 1, max: 5 }),
    })
    .map(({ told, a, length }) => ({ told, a, b: Math.min(a + length, last - 1) }));

function positionOf(told: readonly RawEntry[], n: number) {
  return told[n]?.position ?? position(0);
}

describe('the entries of a chain', () => {
  let root = '';
  let store: WatchedStore;
  let oplog: OplogArchive;
  const keys = new Map<string, string>();

  /** All slices there can be are written once; each run shows some of them. */
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'headwater-repository-'));
    store = new WatchedStore(await DirectoryStore.open(root));
    oplog = (await Repository.open(store)).deployment('d').replicaSet('rs0').oplog;
    for (const told of [original, replaced]) {
      for (let a = 0; a < last - 1; a += 1) {
        for (let b = a + 1; b <= Math.min(a + 5, last - 1); b += 1) {
          const range = { from: positionOf(told, a), to: positionOf(told, b) };
          const bytes = told.slice(a + 1, b + 1).map((entry) => entry.bytes);
          keys.set(nameOf({ told, a, b }), (await oplog.writeSlice(chain, range, bytes)).key);
        }
      }
    }
  }, 60_000);

  afterAll(async () => {
    await rm(root, { recursive: true });
  });

  const nameOf = ({ told, a, b }: Piece) => `${told === original ? 'original' : 'replaced'} ${a} ${b}`;

  const show = (pieces: readonly Piece[]) => {
    const shown = new Set(pieces.map((piece) => keys.get(nameOf(piece))));
    store.hides = (key) => key.endsWith('.zst') && !shown.has(key);
  };

  const read = async (from: RawEntry['position'], to: OplogTimestamp) =>
    (await collect(oplog.entries(chain, from, to))).flat();

  it('are exactly those of the range, each once, from any layout of slices, or the hole is named', async () => {
    const bounds = fc.tuple(fc.nat({ max: last - 1 }), fc.nat({ max: 2 * last }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyPiece([original]), { maxLength: 8 }),
        bounds,
        async (pieces, [from, toSecond]) => {
          show(pieces);
          const to = { t: toSecond, i: 1 };
          const wanted = original.filter((entry, n) => n > from && entry.position.ts.t <= toSecond);
          const reach = reachOf(pieces, from);
          const answer = read(positionOf(original, from), to);
          if (toSecond <= Math.max(second(reach), second(from))) {
            expect(await answer).toEqual(wanted);
          } else {
            await expect(answer).rejects.toMatchObject({
              code: 'REPOSITORY-10003',
              details: { chain, from: { t: second(reach), i: 1 } },
            });
          }
        },
      ),
      { numRuns: 400 },
    );
  }, 60_000);

  it('are never a mixture of two histories', async () => {
    const pieces = fc.array(anyPiece([original, replaced]), { minLength: 1, maxLength: 8 });
    const bounds = fc.tuple(fc.nat({ max: last - 2 }), fc.nat({ max: last - 1 }));
    const answers = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(pieces, bounds, async (shown, [from, to]) => {
        show(shown);
        const histories = [original, replaced].map((told) => told.slice(from + 1, to + 1));
        let answer: string;
        try {
          expect(histories).toContainEqual(
            await read(positionOf(original, from), positionOf(original, to).ts),
          );
          answer = 'entries';
        } catch (error) {
          if (!isHeadwaterError(error)) {
            throw error;
          }
          answer = error.code;
          expect(['REPOSITORY-10003', 'REPOSITORY-10004']).toContain(answer);
        }
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
      }),
      { numRuns: 400 },
    );
    expect([...answers.keys()].sort()).toEqual(['REPOSITORY-10003', 'REPOSITORY-10004', 'entries']);
  }, 60_000);

  it('that differ where slices overlap are a fork, reported with both slices', async () => {
    const [a, b] = [
      { told: original, a: 2, b: 7 },
      { told: replaced, a: 5, b: 9 },
    ];
    show([a, b]);
    const error: unknown = await read(positionOf(original, 2), positionOf(original, 9).ts).catch(
      (e: unknown) => e,
    );
    expect(error).toEqual(failure('REPOSITORY-10004', 'differ at 13:1'));
    expect(error).toMatchObject({
      details: { keys: [keys.get(nameOf(a)), keys.get(nameOf(b))], at: { t: 13, i: 1 } },
    });
  });

  it('that another slice, inside of those that are taken, tells otherwise are a fork', async () => {
    const taken = { told: original, a: 4, b: 9 };
    for (const spare of [
      { told: replaced, a: 5, b: 7 },
      { told: replaced, a: 7, b: 8 },
    ]) {
      show([taken, spare]);
      const reading = read(positionOf(original, 4), positionOf(original, 9).ts);
      const keysOfBoth = [keys.get(nameOf(taken)), keys.get(nameOf(spare))];
      await expect(reading).rejects.toMatchObject({
        code: 'REPOSITORY-10004',
        details: { keys: keysOfBoth },
      });
    }
  });

  it('do not need a slice inside of those that are taken, be it damaged', async () => {
    show([
      { told: original, a: 4, b: 9 },
      { told: replaced, a: 5, b: 7 },
    ]);
    const spare = keys.get(nameOf({ told: replaced, a: 5, b: 7 })) ?? '';
    store.before = (verb, key) => {
      if (verb === 'read' && key === spare) {
        throw repositoryErrors.damagedObject(`${key} is damaged`);
      }
    };
    const wanted = original.slice(5, 10);
    expect(await read(positionOf(original, 4), positionOf(original, 9).ts)).toEqual(wanted);
    store.before = () => undefined;
  });

  it('are measured without being read, but for slices that are cut or overlap', async () => {
    const bounds = fc.tuple(fc.nat({ max: last - 1 }), fc.nat({ max: 2 * last }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyPiece([original]), { maxLength: 8 }),
        bounds,
        async (pieces, [from, toSecond]) => {
          show(pieces);
          const start = positionOf(original, from);
          const to = { t: toSecond, i: 1 };
          const wanted = await read(start, to).catch(() => null);
          const measuring = oplog.measure(chain, start, to);
          if (wanted === null) {
            await expect(measuring).rejects.toMatchObject({ code: 'REPOSITORY-10003' });
            return;
          }
          expect(await measuring).toEqual({
            top: wanted.at(-1)?.position ?? start,
            entries: wanted.length,
            rawBytes: wanted.reduce((sum, { bytes }) => sum + bytes.length, 0),
          });
        },
      ),
      { numRuns: 300 },
    );
    show([
      { told: original, a: 0, b: 3 },
      { told: original, a: 3, b: 6 },
      { told: original, a: 6, b: 9 },
    ]);
    store.calls.splice(0);
    await oplog.measure(chain, positionOf(original, 1), positionOf(original, 7).ts);
    expect([store.keys('read').length, store.keys('readRange').length]).toEqual([2, 1]);
  }, 60_000);

  it('of another term at the border of two slices are a fork', async () => {
    show([
      { told: original, a: 2, b: 7 },
      { told: replaced, a: 7, b: 9 },
    ]);
    await expect(read(positionOf(original, 2), positionOf(original, 9).ts)).rejects.toEqual(
      failure('REPOSITORY-10004', '15:1 (term 3)'),
    );
  });

  it.each([
    ['whole', 2, 9],
    ['cut at its end', 2, 8],
    ['behind one that is cut', 4, 9],
  ])(
    'of another term at the border are a fork to whoever measures them: the slice is %s',
    async (_, a, b) => {
      show([
        { told: original, a: 2, b: 7 },
        { told: replaced, a: 7, b: 9 },
      ]);
      await expect(oplog.measure(chain, positionOf(original, a), positionOf(original, b).ts)).rejects.toEqual(
        failure('REPOSITORY-10004', '15:1 (term 3)'),
      );
    },
  );

  it('do not go on from a position that this history does not have', async () => {
    show([{ told: original, a: 2, b: 7 }]);
    const to = positionOf(original, 7).ts;
    await expect(read(position(second(2), 1, 9), to)).rejects.toEqual(failure('REPOSITORY-10004', 'term 9'));
    await expect(read(position(second(3), 1, 9), to)).rejects.toEqual(failure('REPOSITORY-10004', 'term 9'));
    await expect(read(position(second(3) + 1, 1, 2), to)).rejects.toEqual(
      failure('REPOSITORY-10004', 'no such entry'),
    );
  });

  it('are none when the range is empty', async () => {
    show([]);
    expect(await read(position(5), position(5).ts)).toEqual([]);
    expect(await read(position(5), position(4).ts)).toEqual([]);
  });

  it('of two contents for one range are not chosen', async () => {
    show([
      { told: original, a: 5, b: 8 },
      { told: replaced, a: 5, b: 8 },
    ]);
    await expect(read(positionOf(original, 5), positionOf(original, 8).ts)).rejects.toEqual(
      failure('REPOSITORY-10004', 'different contents'),
    );
  });

  /** The last entry up to which these pieces go on from entry `from` without a hole. */
  function reachOf(pieces: readonly Piece[], from: number): number {
    let reach = from;
    while (pieces.some(({ a, b }) => a <= reach && reach < b)) {
      reach += 1;
    }
    return reach;
  }
});
