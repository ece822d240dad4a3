import fc from 'fast-check';
import type { Position, RawEntry } from '@headwater/oplog';
import { decideBatch, decideFork, decideGap, rewindsBeforeHold } from './continuity.js';
import type { Answer, ArrivedBatch, ContinuityView } from './continuity.js';

const chain = 'c1';
const at = (n: number, term = 1): Position => ({ ts: { t: n, i: 1 }, term });
const entry = (n: number, term = 1, text = ''): RawEntry => ({
  position: at(n, term),
  bytes: Buffer.from(`${String(n)}/${String(term)}${text}`),
});
const entries = (from: number, to: number): RawEntry[] =>
  Array.from({ length: to - from }, (_, i) => entry(from + 1 + i));

/** Ten entries are known: five archived, five in the open slice. */
const view: ContinuityView = {
  epoch: 2,
  chain,
  archivedTo: at(5),
  acceptedTo: at(10),
  opening: false,
  openEntries: entries(5, 10),
  rewinds: 0,
};

const batch = (from: number, to: number, change: Partial<ArrivedBatch> = {}): ArrivedBatch => ({
  epoch: 2,
  chain,
  range: { from: at(from), to: at(to) },
  contents: { ok: true, entries: entries(from, to) },
  ...change,
});

const unusable = { ok: false, reason: 'sha256 differs' } as const;

describe('a batch', () => {
  it('is appended when it begins where the last one ended', () => {
    expect(decideBatch(view, batch(10, 12))).toEqual({
      kind: 'Append',
      entries: entries(10, 12),
      to: at(12),
    });
  });

  it('opens a chain just before its first entry', () => {
    const empty = { ...view, archivedTo: at(5), acceptedTo: at(5), opening: true, openEntries: [] };
    expect(decideBatch(empty, batch(5, 6))).toMatchObject({ kind: 'Append' });
  });

  it('is trimmed to what is new when it begins earlier', () => {
    expect(decideBatch(view, batch(3, 12))).toEqual({ kind: 'Trim', entries: entries(10, 12), to: at(12) });
    expect(decideBatch(view, batch(8, 12))).toEqual({ kind: 'Trim', entries: entries(10, 12), to: at(12) });
  });

  it('is ignored when all of it is already here', () => {
    for (const [from, to] of [
      [0, 3],
      [0, 5],
      [3, 8],
      [5, 10],
      [7, 9],
    ] as const) {
      expect(decideBatch(view, batch(from, to))).toMatchObject({ kind: 'Ignore', orderAgain: false });
    }
  });

  it('of another chain is ignored, and the order is given again', () => {
    expect(decideBatch(view, batch(10, 12, { chain: 'c0' }))).toMatchObject({
      kind: 'Ignore',
      orderAgain: true,
    });
  });

  it('of an older epoch is decided by its position like any other', () => {
    expect(decideBatch(view, batch(10, 12, { epoch: 1 }))).toMatchObject({ kind: 'Append' });
  });

  it('that leaves something out orders a rewind, unless a rewind is already in force', () => {
    expect(decideBatch(view, batch(11, 12))).toMatchObject({ kind: 'Rewind' });
    expect(decideBatch(view, batch(11, 12, { epoch: 1 }))).toMatchObject({ kind: 'Ignore' });
  });

  it('that cannot be used orders a rewind, unless its range is already here', () => {
    expect(decideBatch(view, batch(10, 12, { contents: unusable }))).toMatchObject({ kind: 'Rewind' });
    expect(decideBatch(view, batch(8, 12, { contents: unusable }))).toMatchObject({ kind: 'Rewind' });
    expect(decideBatch(view, batch(8, 10, { contents: unusable }))).toMatchObject({ kind: 'Ignore' });
  });

  it('holds instead of ordering a third rewind to one position', () => {
    const tried = { ...view, rewinds: rewindsBeforeHold };
    expect(decideBatch(tried, batch(11, 12))).toMatchObject({ kind: 'Hold' });
  });

  it('is a fork when it follows, spans, or repeats an entry of another term or of other bytes', () => {
    const otherTerm = entries(8, 12).map((e) => (e.position.ts.t === 10 ? entry(10, 2) : e));
    const otherBytes = entries(6, 9).map((e) => (e.position.ts.t === 7 ? entry(7, 1, '!') : e));
    const withoutTen = entries(8, 12).filter((e) => e.position.ts.t !== 10);
    const archivedEdge = entries(3, 6).map((e) => (e.position.ts.t === 5 ? entry(5, 2) : e));
    const answers = [
      decideBatch(view, batch(10, 12, { range: { from: at(10, 2), to: at(12) } })),
      decideBatch(view, batch(8, 12, { contents: { ok: true, entries: otherTerm } })),
      decideBatch(view, batch(6, 9, { contents: { ok: true, entries: otherBytes } })),
      decideBatch(view, batch(8, 12, { contents: { ok: true, entries: withoutTen } })),
      decideBatch(view, batch(3, 6, { contents: { ok: true, entries: archivedEdge } })),
    ];
    expect(answers.map((answer) => answer.kind)).toEqual(['Fork', 'Fork', 'Fork', 'Fork', 'Fork']);
  });
});

describe('a gap', () => {
  const gap = (from: number, oldest: number, epoch = 2) => ({
    epoch,
    chain,
    from: at(from),
    oldest: at(oldest),
  });

  it('is what lies between the last known entry and the oldest that the source still has', () => {
    expect(decideGap(view, gap(10, 20))).toEqual({ kind: 'Gap', from: at(10), to: at(20) });
    expect(decideGap(view, gap(8, 20))).toEqual({ kind: 'Gap', from: at(10), to: at(20) });
  });

  it('is tried once more when ingest has more, or less, than the agent believes', () => {
    expect(decideGap(view, gap(4, 9))).toMatchObject({ kind: 'Rewind' });
    expect(decideGap(view, gap(12, 20))).toMatchObject({ kind: 'Rewind' });
  });

  it('of an older epoch or another chain changes nothing', () => {
    expect(decideGap(view, gap(10, 20, 1))).toMatchObject({ kind: 'Ignore' });
    expect(decideGap(view, { ...gap(10, 20), chain: 'c0' })).toMatchObject({
      kind: 'Ignore',
      orderAgain: true,
    });
  });
});

describe('a fork that an agent announces', () => {
  it('closes the chain at the last known entry, in its epoch only', () => {
    expect(decideFork(view, { epoch: 2, chain, at: at(10), found: at(10, 2) })).toMatchObject({
      kind: 'Fork',
      at: at(10),
    });
    expect(decideFork(view, { epoch: 1, chain, at: at(10), found: at(10, 2) })).toMatchObject({
      kind: 'Ignore',
    });
    expect(decideFork(view, { epoch: 2, chain, at: at(12), found: at(12, 2) })).toMatchObject({
      kind: 'Rewind',
    });
  });
});

/** Applies answers as the archive does, to see what any sequence of messages leaves behind. */
class Model {
  accepted: RawEntry[] = [];
  archived = 0;
  epoch = 1;
  rewinds = 0;

  view(): ContinuityView {
    const last = this.accepted.at(-1)?.position ?? at(0);
    return {
      epoch: this.epoch,
      chain,
      archivedTo: this.accepted[this.archived - 1]?.position ?? at(0),
      acceptedTo: last,
      opening: this.accepted.length === 0,
      openEntries: this.accepted.slice(this.archived),
      rewinds: this.rewinds,
    };
  }

  apply(answer: Answer): void {
    if (answer.kind === 'Append' || answer.kind === 'Trim') {
      this.accepted.push(...answer.entries);
      this.rewinds = 0;
    } else if (answer.kind === 'Rewind') {
      this.archived = this.accepted.length;
      this.epoch += 1;
      this.rewinds += 1;
    }
  }
}

describe('any sequence of batches', () => {
  const step = fc.record({
    from: fc.integer({ min: 0, max: 30 }),
    length: fc.integer({ min: 1, max: 10 }),
    epochBack: fc.integer({ min: 0, max: 2 }),
    broken: fc.boolean(),
    archive: fc.boolean(),
  });

  it('leaves a prefix of the true oplog: nothing lost, doubled or reordered', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const model = new Model();
        for (const { from, length, epochBack, broken, archive } of steps) {
          const arrived = batch(from, from + length, {
            epoch: Math.max(1, model.epoch - epochBack),
            ...(broken ? { contents: unusable } : {}),
          });
          const answer = decideBatch(model.view(), arrived);
          expect(answer.kind).not.toBe('Fork');
          model.apply(answer);
          model.archived = archive ? model.accepted.length : model.archived;
          expect(model.accepted).toEqual(entries(0, model.accepted.length));
        }
      }),
    );
  });

  it('goes on to the end once the agent obeys: rewound to the archive, it sends the rest in order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const model = new Model();
        for (const { from, length, broken } of steps) {
          model.apply(
            decideBatch(model.view(), batch(from, from + length, broken ? { contents: unusable } : {})),
          );
        }
        const resumeAt = model.view().archivedTo.ts.t;
        for (let n = resumeAt; n < 50; n += 1) {
          model.apply(decideBatch(model.view(), batch(n, n + 1, { epoch: model.epoch })));
        }
        expect(model.accepted).toEqual(entries(0, Math.max(50, model.accepted.length)));
      }),
    );
  });
});
