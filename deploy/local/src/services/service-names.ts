/** In the order in which data flows through them. */
export const serviceNames = [
  'agent',
  'ingest',
  'snapshot-builder',
  'shard-coordinator',
  'restore',
  'alerting',
] as const;

export type ServiceName = (typeof serviceNames)[number];

/** In their order: who takes requests and gives commands, then along the flow of the data, then who listens to all. */
export const stopStages = ['asked', 'source', 'archive', 'snapshots', 'events'] as const;

interface ServiceFacts {
  readonly portVariable: string;
  readonly defaultPort: number;
  readonly stopStage: (typeof stopStages)[number];
  /** What it does, for somebody who sees it for the first time; at most 35 columns. */
  readonly does: string;
}

export const serviceFacts: Readonly<Record<ServiceName, ServiceFacts>> = {
  agent: {
    portVariable: 'HEADWATER_AGENT_PORT',
    defaultPort: 7310,
    stopStage: 'source',
    does: 'copies once, then follows the oplog',
  },
  ingest: {
    portVariable: 'HEADWATER_INGEST_PORT',
    defaultPort: 7311,
    stopStage: 'archive',
    does: 'archives the oplog, misses no write',
  },
  'snapshot-builder': {
    portVariable: 'HEADWATER_SNAPSHOT_BUILDER_PORT',
    defaultPort: 7312,
    stopStage: 'snapshots',
    does: 'keeps a copy and seals snapshots',
  },
  'shard-coordinator': {
    portVariable: 'HEADWATER_SHARD_COORDINATOR_PORT',
    defaultPort: 7313,
    stopStage: 'asked',
    does: 'tells which deployments there are',
  },
  alerting: {
    portVariable: 'HEADWATER_ALERTING_PORT',
    defaultPort: 7314,
    stopStage: 'events',
    does: 'tells agents last seen, and lags',
  },
  restore: {
    portVariable: 'HEADWATER_RESTORE_PORT',
    defaultPort: 7300,
    stopStage: 'asked',
    does: 'restores any archived second',
  },
};
