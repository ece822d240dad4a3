/**
 * What a group hands out, piece by piece: in a group that shares, slot n is partition n of all its topics; in one that
 * does not, there is slot 0 alone, which is everything.
 */
export type Slot = number;

export interface GroupMember {
  readonly id: string;
  /** What it holds, or has not yet let go of. */
  readonly holds: readonly Slot[];
  /** The generation of the group in which it was given them: of two that claim one slot, the later one has it. */
  readonly generation: number;
}

/**
 * Who gets which slot. Members differ by one slot at most in the end, and as few slots as possible move. A slot that is
 * to move is given to nobody while its holder has not let go of it: the holder lets go, joins again, and then it is
 * free. So no slot is ever handed out twice.
 *
 * @returns for every member what it may hold now
 */
export function planSlots(
  members: readonly GroupMember[],
  slots: readonly Slot[],
): ReadonlyMap<string, readonly Slot[]> {
  const holders = holdersOf(members, slots);
  const heldBy = (id: string) => slots.filter((slot) => holders.get(slot) === id);
  const quotas = quotasOf(
    members.map(({ id }) => ({ id, held: heldBy(id).length })),
    slots.length,
  );
  const plan = new Map<string, Slot[]>(
    members.map(({ id }) => [id, heldBy(id).slice(0, quotas.get(id) ?? 0)]),
  );
  const free = slots.filter((slot) => !holders.has(slot));
  for (const [id, given] of plan) {
    const room = (quotas.get(id) ?? 0) - given.length;
    if (room > 0) given.push(...free.splice(0, room));
    given.sort((a, b) => a - b);
  }
  return plan;
}

function holdersOf(members: readonly GroupMember[], slots: readonly Slot[]): ReadonlyMap<Slot, string> {
  const holders = new Map<Slot, GroupMember>();
  for (const member of members) {
    for (const slot of member.holds) {
      const other = holders.get(slot);
      const isLater = other === undefined || member.generation > other.generation;
      if (slots.includes(slot) && isLater) holders.set(slot, member);
    }
  }
  return new Map([...holders].map(([slot, { id }]) => [slot, id]));
}

/** How many slots each may have. Where they do not divide evenly, who holds most has one more: the fewest move. */
function quotasOf(
  members: readonly { readonly id: string; readonly held: number }[],
  slots: number,
): ReadonlyMap<string, number> {
  const least = Math.floor(slots / members.length);
  const extra = slots % members.length;
  const ranked = [...members].sort((a, b) => b.held - a.held || (a.id < b.id ? -1 : 1));
  return new Map(ranked.map(({ id }, rank) => [id, least + (rank < extra ? 1 : 0)]));
}
