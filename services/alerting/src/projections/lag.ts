import type { AgentState, CaptureState, WirePosition } from '@headwater/contracts';

/** Whole seconds of oplog between two entries of one source, by their timestamps; null: not measured. */
export interface Lags {
  /** From the newest entry on the bus to the newest entry of the source. */
  readonly oplogLagSeconds: number | null;
  /** From the newest entry in the store to the newest entry of the source. */
  readonly archiveLagSeconds: number | null;
}

const unmeasured: Lags = { oplogLagSeconds: null, archiveLagSeconds: null };

/**
 * How far a backup is behind, by the agent's latest look at the source. What the agent cannot see is no lag of zero
 * and none of an hour ago: without a source that answers, nothing is measured.
 *
 * @param agent null when it is not heard any more
 * @param capture of the same replica set
 */
export function lagsOf(agent: AgentState | null, capture: CaptureState | null): Lags {
  if (agent === null || agent.sourceNewest === null || agent.phase === 'source-unreachable') {
    return unmeasured;
  }
  return {
    oplogLagSeconds: secondsTo(agent.sourceNewest, agent.publishedTo),
    archiveLagSeconds: secondsTo(agent.sourceNewest, capture?.tail?.archivedTo ?? null),
  };
}

/** What was published or archived since the agent last looked at the source is not ahead of it. */
function secondsTo(newest: WirePosition, reached: WirePosition | null): number | null {
  return reached === null ? null : Math.max(0, newest.ts.t - reached.ts.t);
}
