import type { Clock } from '@headwater/clock';
import type { AgentState, CaptureState, ReplicaSetHealthBody, SnapshotState } from '@headwater/contracts';
import { lagsOf } from './lag.js';
import { millisSince, timeOf } from './sighting.js';
import type { Sighting } from './sighting.js';

export interface HeardAgent {
  readonly state: AgentState;
  readonly seen: Sighting;
}

export interface ReplicaSetFacts {
  readonly agent: HeardAgent | null;
  readonly capture: CaptureState | null;
  /** The newest one. */
  readonly snapshot: SnapshotState | null;
}

/** An agent that lives speaks every five seconds at least: three times missed, and what it said last is the past. */
const silentAfterMillis = 15_000;

/** What is known of the backup of a replica set; null when neither its agent nor ingest has spoken of it. */
export function healthOf(facts: ReplicaSetFacts, clock: Clock): ReplicaSetHealthBody | null {
  const { capture, snapshot } = facts;
  const named = capture ?? facts.agent?.state;
  if (named === undefined) {
    return null;
  }
  const agent = agentOfSet(facts.agent, named.replicaSetId);
  const isHeard = agent !== null && millisSince(agent.seen, clock) <= silentAfterMillis;
  return {
    deployment: named.deployment,
    replicaSet: named.replicaSet,
    replicaSetId: named.replicaSetId,
    agent: agent === null ? null : agentBody(agent, clock),
    ...lagsOf(isHeard ? agent.state : null, capture),
    newestSnapshot: snapshot === null ? null : snapshotOf(snapshot, clock),
  };
}

/** Everybody's name is `rs0`: an agent of another replica set says nothing about the one that is archived. */
function agentOfSet(agent: HeardAgent | null, replicaSetId: string): HeardAgent | null {
  return agent?.state.replicaSetId === replicaSetId ? agent : null;
}

function agentBody({ state, seen }: HeardAgent, clock: Clock): ReplicaSetHealthBody['agent'] {
  const { agentId, member, phase, trouble } = state;
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
