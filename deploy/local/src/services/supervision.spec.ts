import { beginning, observe, type Consequence, type Observation, type Supervision } from './supervision.js';

const died: Observation = { kind: 'ended', cause: 'other' };
const spawned: Observation = { kind: 'spawned' };
const ready: Observation = { kind: 'ready' };
const unready: Observation = { kind: 'unready' };

/** Observes one after another: `[seconds since the last one, what is seen]`. */
function after(steps: readonly (readonly [number, Observation])[]) {
  let state: Supervision = beginning(0);
  let now = 0;
  const consequences: Consequence[] = [];
  for (const [seconds, observation] of steps) {
    now += seconds * 1000;
    const next = observe(state, observation, now);
    state = next.after;
    consequences.push(next.consequence);
  }
  return { state, consequences, last: consequences.at(-1) };
}

describe('supervision', () => {
  it('starts a service again that was ready once, with pauses from half a second doubling to thirty', () => {
    const steps: (readonly [number, Observation])[] = [[2, ready]];
    for (let end = 0; end < 9; end++) steps.push([1, died], [1, spawned]);
    const pauses = after(steps).consequences.flatMap((consequence) =>
      consequence.kind === 'start-again' ? [consequence.inSeconds] : [],
    );
    expect(pauses).toEqual([0.5, 1, 2, 4, 8, 16, 30, 30, 30]);
    expect(after(steps).state).toMatchObject({ restarts: 9, phase: 'starting' });
  });

  it('begins the pauses anew after a minute of readiness, not before', () => {
    const twoEnds = [
      [0, ready],
      [1, died],
      [1, spawned],
      [1, ready],
    ] as const;
    expect(after([...twoEnds, [59, died]]).last).toMatchObject({ inSeconds: 1 });
    expect(after([...twoEnds, [60, died]]).last).toMatchObject({ inSeconds: 0.5 });
    expect(after([...twoEnds, [60, unready], [1, died]]).last).toMatchObject({ inSeconds: 0.5 });
  });

  it('tells when a service is back, and how long that took', () => {
    expect(after([[2.5, ready]]).last).toEqual({ kind: 'ready', again: false, afterSeconds: 2.5 });
    const back = after([
      [1, ready],
      [1, died],
      [1, spawned],
      [3, ready],
      [1, ready],
    ]);
    expect(back.consequences[3]).toEqual({ kind: 'ready', again: true, afterSeconds: 3 });
    expect(back.last).toEqual({ kind: 'none' });
  });

  it('gives up at once on a wrong configuration before the first readiness, and never after it', () => {
    const wrong: Observation = { kind: 'ended', cause: 'configuration' };
    expect(after([[1, wrong]]).last).toEqual({ kind: 'give-up' });
    expect(
      after([
        [1, ready],
        [1, wrong],
      ]).last,
    ).toMatchObject({ kind: 'start-again' });
  });

  it('gives up at the fifth end of a service that was never ready', () => {
    const starts = Array.from(
      { length: 4 },
      () =>
        [
          [1, died],
          [1, spawned],
        ] as const,
    ).flat();
    expect(after(starts).consequences.filter(({ kind }) => kind === 'start-again')).toHaveLength(4);
    expect(after([...starts, [1, died]]).last).toEqual({ kind: 'give-up' });
  });

  it('says once that a service is alive but not ready for long, and when it is again', () => {
    const long = after([
      [1, ready],
      [1, unready],
      [29, unready],
      [1, unready],
      [9, unready],
      [1, ready],
    ]);
    expect(long.consequences.map(({ kind }) => kind)).toEqual([
      'ready',
      'none',
      'none',
      'not-ready-for-long',
      'none',
      'ready',
    ]);
    expect(long.consequences[3]).toMatchObject({ seconds: 30 });
    expect(long.last).toMatchObject({ again: true });
    const short = after([
      [1, ready],
      [1, unready],
      [5, ready],
    ]);
    expect(short.last).toEqual({ kind: 'none' });
    expect(after([[31, unready]]).last).toMatchObject({ kind: 'not-ready-for-long' });
  });

  it('moves to another port at once at the first start, and at the third refusal where its address is known', () => {
    const taken: Observation = { kind: 'ended', cause: 'port-taken' };
    expect(after([[1, taken]]).last).toEqual({ kind: 'start-again', inSeconds: 0, onOtherPort: true });
    const later = after([
      [1, ready],
      [1, died],
      [1, taken],
      [1, taken],
      [1, taken],
      [1, taken],
    ]);
    expect(later.consequences.slice(2)).toMatchObject([
      { onOtherPort: false },
      { onOtherPort: false },
      { onOtherPort: true },
      { onOtherPort: false },
    ]);
  });
});
