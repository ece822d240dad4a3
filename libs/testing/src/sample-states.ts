import type { AgentState, CaptureState } from '@headwater/contracts';

const named = { deployment: 'rs0', replicaSet: 'rs0', replicaSetId: 'a'.repeat(24) };
const updatedAt = '2026-11-24T08:00:00.000Z';

/** What an agent says that has nothing to do yet. It does not tell of a cluster unless told to. */
export function agentStateOf(change: Partial<AgentState> = {}): AgentState {
  return {
    ...named,
    ...{ agentId: 'spec', member: 'h:1', serverVersion: '6.0.5', fcv: '6.0', phase: 'waiting', epoch: 0 },
    ...{ publishedTo: null, syncSent: null, sync: null, sourceNewest: null, updatedAt },
    ...change,
  };
}

/** What ingest says of a replica set that is tailed. */
export function captureStateOf(change: Partial<CaptureState> = {}): CaptureState {
  const tail = { chain: 'c1', archivedTo: { ts: { t: 100, i: 1 }, term: 1 } };
  return { ...named, epoch: 1, order: 'tail', tail, sync: null, reason: 'spec', updatedAt, ...change };
}
