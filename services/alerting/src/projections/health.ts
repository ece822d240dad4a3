import type { Clock } from '@headwater/clock';
import type { AgentState, CaptureState, ReplicaSetHealthBody, SnapshotState } from '@headwater/contracts';
import { lagsOf } from './lag.js';
import { millisSince, timeOf } from './sighting.js';
import type { Sighting } from './sighting.js';

export interface ReplicaSetFacts {
  readonly agent: { readonly state: AgentState; readonly seen: Sighting } | null;
  readonly capture: CaptureState | null;
  /** The newest one. */
  readonly snapshot: SnapshotState | null;
}

/** An agent that lives speaks every five seconds at least: three times missed, and what it said last is the past. */
const silentAfterMillis = 15_000;

/** What is known of the backup of a replica set; null when neither its agent nor ingest has spoken of it. */
export function healthOf(
  { agent, capture, snapshot }: ReplicaSetFacts,
  clock: Clock,
): ReplicaSetHealthBody | null {
  const named = capture ?? agent?.state;
  if (named === undefined) {
    return null;
  }
  const isHeard = agent !== null && millisSince(agent.seen, clock) <= silentAfterMillis;
  return {
    deployment: named.deployment,
    replicaSet: named.replicaSet,
    replicaSetId: named.replicaSetId,
    agent: agent === null ? null : agentOf(agent.state, agent.seen, clock),
    ...lagsOf(isHeard ? agent.state : null, capture),
    newestSnapshot: snapshot === null ? null : snapshotOf(snapshot, clock),
  };
}

function agentOf(
  { agentId, member, phase, trouble }: AgentState,
  seen: Sighting,
  clock: Clock,
): ReplicaSetHealthBody['agent'] {
  return {
    ...{ agentId, member, phase, trouble: trouble ?? null },
    lastSeenAt: timeOf(seen, clock).toISOString(),
    secondsSinceSeen: millisSince(seen, clock) / 1000,
  };
}

function snapshotOf(
  { snapshotId, kind, ts, createdAt }: SnapshotState,
  clock: Clock,
): ReplicaSetHealthBody['newestSnapshot'] {
  const ageSeconds = Math.max(0, Math.floor(clock.nowMillis() / 1000) - ts.t);
  return { snapshotId, kind, ts, createdAt, ageSeconds };
}
