import { AssignerProtocol } from 'kafkajs';
import { messagingErrors } from '@headwater/messaging';
import type { GroupProtocol, JoinedGroup } from '../wire/kafkajs-internals.js';
import { planSlots } from './slot-plan.js';
import type { GroupMember, Slot } from './slot-plan.js';

const { MemberAssignment, MemberMetadata } = AssignerProtocol;

/** How the members of one group share its topics. All of them say the same. */
export type GroupSharing = 'one-active' | 'by-partition';

/** What a member says of itself when it joins. */
interface Claim {
  readonly holds: readonly Slot[];
  readonly generation: number;
}

/** How many partitions a topic has. */
export type PartitionCounts = ReadonlyMap<string, number>;

/** Kafka sees members that speak another protocol as strangers, and does not let them in. */
export function protocolOf(sharing: GroupSharing, topics: readonly string[], claim: Claim): GroupProtocol {
  return {
    name: `headwater-${sharing}`,
    metadata: MemberMetadata.encode({
      version: 1,
      topics: [...topics],
      userData: Buffer.from(JSON.stringify(claim)),
    }),
  };
}

/** The topics that the members of a group ask for, all together. */
export function topicsOfMembers(members: JoinedGroup['members']): readonly string[] {
  return [...new Set(members.flatMap(({ memberMetadata }) => topicsIn(memberMetadata)))];
}

/** What the leader of a group tells every member. */
export function assignmentsOf(
  sharing: GroupSharing,
  members: JoinedGroup['members'],
  counts: PartitionCounts,
): { memberId: string; memberAssignment: Buffer }[] {
  const claims = members.map(({ memberId, memberMetadata }): GroupMember => {
    return { id: memberId, ...claimIn(memberMetadata) };
  });
  const most = Math.max(...counts.values());
  const slots = sharing === 'one-active' ? [0] : Array.from({ length: most }, (_, slot) => slot);
  const plan = planSlots(claims, slots);
  return members.map(({ memberId, memberMetadata }) => {
    const own = plan.get(memberId) ?? [];
    const assignment = Object.fromEntries(
      topicsIn(memberMetadata).map((topic) => [topic, partitionsIn(own, sharing, counts.get(topic) ?? 0)]),
    );
    const userData = Buffer.alloc(0);
    return { memberId, memberAssignment: MemberAssignment.encode({ version: 1, assignment, userData }) };
  });
}

/** The slots that a member was told. */
export function slotsIn(sharing: GroupSharing, memberAssignment: Buffer): ReadonlySet<Slot> {
  const decoded = memberAssignment.length === 0 ? null : MemberAssignment.decode(memberAssignment);
  const partitions = Object.values(decoded?.assignment ?? {}).flat();
  return new Set(sharing === 'by-partition' ? partitions : partitions.slice(0, 1).map(() => 0));
}

/** The partitions of a topic that belong to some slots. */
export function partitionsIn(slots: readonly Slot[], sharing: GroupSharing, count: number): number[] {
  const all = Array.from({ length: count }, (_, partition) => partition);
  if (sharing === 'by-partition') return all.filter((partition) => slots.includes(partition));
  return slots.length === 0 ? [] : all;
}

function topicsIn(metadata: Buffer): readonly string[] {
  return MemberMetadata.decode(metadata)?.topics ?? [];
}

function claimIn(metadata: Buffer): Claim {
  const text = MemberMetadata.decode(metadata)?.userData.toString() ?? '';
  try {
    const { holds, generation } = JSON.parse(text) as Claim;
    return { holds, generation };
  } catch (cause) {
    throw messagingErrors.brokerRefuses('a stranger is in the group', { cause });
  }
}
