import { FaultPlan, faultKinds } from './index.js';
import type { FaultKind } from './index.js';

const draw = (plan: FaultPlan, operation: string, calls: number): (FaultKind | null)[] =>
  Array.from({ length: calls }, () => plan.next(operation, 'subject', faultKinds)?.kind ?? null);

describe('a fault plan', () => {
  it('lets everything pass when nothing is planned', () => {
    expect(new Set(draw(new FaultPlan(), 'create', 1000))).toEqual(new Set([null]));
  });

  it('decides the same for the same seed, whatever other operations do meanwhile', () => {
    const alone = draw(new FaultPlan({ seed: 7, rates: { '*': 0.3 } }), 'create', 200);
    const plan = new FaultPlan({ seed: 7, rates: { '*': 0.3 } });
    const among = Array.from({ length: 200 }, () => [draw(plan, 'create', 1), draw(plan, 'read', 3)]);
    expect(among.map(([create]) => create?.[0])).toEqual(alone);
    expect(draw(new FaultPlan({ seed: 8, rates: { '*': 0.3 } }), 'create', 200)).not.toEqual(alone);
  });

  it('keeps to its rates, and lets everything happen that can', () => {
    const drawn = draw(new FaultPlan({ seed: 1, rates: { create: 0.2, '*': 0 } }), 'create', 10_000);
    for (const kind of faultKinds) {
      const share = drawn.filter((each) => each === kind).length / drawn.length;
      expect(share).toBeGreaterThan(0.03);
      expect(share).toBeLessThan(0.05);
    }
    expect(drawn.filter((each) => each === null).length / drawn.length).toBeCloseTo(0.8, 1);
  });

  it('rates an operation that is not named by *', () => {
    const plan = new FaultPlan({ seed: 1, rates: { create: 0, '*': 1 } });
    expect(draw(plan, 'create', 50)).toEqual(Array(50).fill(null));
    expect(draw(plan, 'read', 50)).not.toContain(null);
  });

  it('follows its script: which operation, about what, from which call, how often', () => {
    const plan = new FaultPlan({
      script: [
        { operation: 'create', kind: 'fail-after', call: 3 },
        { operation: 'read', kind: 'fail-before', about: 'epochs/', times: 2 },
      ],
    });
    expect(draw(plan, 'create', 5)).toEqual([null, null, 'fail-after', null, null]);
    const read = (subject: string) => plan.next('read', subject, faultKinds)?.kind;
    expect([read('oplog/1'), read('epochs/1'), read('oplog/2'), read('epochs/2'), read('epochs/3')]).toEqual([
      undefined,
      'fail-before',
      undefined,
      'fail-before',
      undefined,
    ]);
  });

  it('lets one scripted fault happen to a call, in the order in which they were scripted', () => {
    const plan = new FaultPlan({
      script: [
        { operation: 'create', kind: 'fail-before' },
        { operation: 'create', kind: 'fail-after' },
      ],
    });
    expect(draw(plan, 'create', 3)).toEqual(['fail-before', 'fail-after', null]);
  });

  it('goes on with what is scripted for ever until it is cleared', () => {
    const plan = new FaultPlan();
    plan.add({ operation: 'create', kind: 'fail-before', times: Infinity });
    expect(new Set(draw(plan, 'create', 100))).toEqual(new Set(['fail-before']));
    plan.clear();
    expect(draw(plan, 'create', 1)).toEqual([null]);
  });

  it('tells of every fault', () => {
    const seen: unknown[] = [];
    const plan = new FaultPlan({
      script: [{ operation: 'create', kind: 'delay' }],
      onFault: (event) => seen.push(event),
    });
    draw(plan, 'create', 3);
    expect(seen).toEqual([{ operation: 'create', subject: 'subject', kind: 'delay' }]);
  });

  it('refuses a script that asks for what cannot happen', () => {
    const plan = new FaultPlan({ script: [{ operation: 'produce', kind: 'repeat' }] });
    expect(() => plan.next('produce', 'topic', ['fail-before'])).toThrow(
      "'repeat' cannot happen to 'produce'",
    );
  });
});
