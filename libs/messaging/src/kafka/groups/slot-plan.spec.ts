import fc from 'fast-check';
import { planSlots } from './slot-plan.js';
import type { GroupMember } from './slot-plan.js';

const slotsOf = (count: number) => Array.from({ length: count }, (_, slot) => slot);

/** Members that hold different slots, or none. */
const groups = fc
  .record({ members: fc.integer({ min: 1, max: 6 }), slots: fc.integer({ min: 1, max: 12 }) })
  .chain(({ members, slots }) =>
    fc.record({
      slots: fc.constant(slotsOf(slots)),
      holders: fc.array(fc.integer({ min: -1, max: members - 1 }), { minLength: slots, maxLength: slots }),
      members: fc.constant(members),
    }),
  )
  .map(({ slots, holders, members }) => ({
    slots,
    members: Array.from({ length: members }, (_, i): GroupMember => ({
      id: `m${i}`,
      holds: slots.filter((slot) => holders[slot] === i),
      generation: 7,
    })),
  }));

/** What members hold once they did as they were told: they let go of what is not theirs, and took what is. */
function obeyed(members: readonly GroupMember[], slots: readonly number[]): GroupMember[] {
  const plan = planSlots(members, slots);
  return members.map(({ id, generation }) => ({
    id,
    holds: plan.get(id) ?? [],
    generation: generation + 1,
  }));
}

describe('the plan of a group', () => {
  it('gives no slot to a second member while the first has not let go of it', () => {
    fc.assert(
      fc.property(groups, ({ members, slots }) => {
        const plan = planSlots(members, slots);
        const given = [...plan.values()].flat();
        expect(given).toHaveLength(new Set(given).size);
        for (const { id, holds } of members) {
          for (const slot of holds) {
            const others = [...plan].filter(([other]) => other !== id).flatMap(([, own]) => own);
            expect(others).not.toContain(slot);
          }
        }
      }),
    );
  });

  it('is whole and even after two rounds, and then stays as it is', () => {
    fc.assert(
      fc.property(groups, ({ members, slots }) => {
        const settled = obeyed(obeyed(members, slots), slots);
        expect(settled.flatMap(({ holds }) => holds).sort((a, b) => a - b)).toEqual(slots);
        const sizes = settled.map(({ holds }) => holds.length);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        expect(obeyed(settled, slots).map(({ holds }) => holds)).toEqual(settled.map(({ holds }) => holds));
      }),
    );
  });

  it('moves as few slots as an even share allows when a member comes', () => {
    const members = [
      { id: 'a', holds: [0, 2, 4, 6, 8, 10], generation: 3 },
      { id: 'b', holds: [1, 3, 5, 7, 9, 11], generation: 3 },
      { id: 'c', holds: [], generation: -1 },
    ];
    const first = planSlots(members, slotsOf(12));
    expect([...first.values()]).toEqual([[0, 2, 4, 6], [1, 3, 5, 7], []]);
    const settled = obeyed(obeyed(members, slotsOf(12)), slotsOf(12));
    expect(settled.map(({ holds }) => holds)).toEqual([
      [0, 2, 4, 6],
      [1, 3, 5, 7],
      [8, 9, 10, 11],
    ]);
  });

  it('leaves everything with who has it where there is one slot, and gives it on when that one is gone', () => {
    const holder = { id: 'z', holds: [0], generation: 2 };
    const waiting = { id: 'a', holds: [], generation: -1 };
    expect(planSlots([waiting, holder], [0]).get('z')).toEqual([0]);
    expect(planSlots([waiting], [0]).get('a')).toEqual([0]);
  });

  it('believes the later of two that claim one slot', () => {
    const frozen = { id: 'a', holds: [0], generation: 4 };
    const current = { id: 'b', holds: [0], generation: 9 };
    const plan = planSlots([frozen, current], [0]);
    expect(plan.get('a')).toEqual([]);
    expect(plan.get('b')).toEqual([0]);
  });
});
