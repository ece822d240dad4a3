/** In the order in which data flows through them, which is the order of their stop. */
export const serviceNames = ['agent', 'ingest', 'snapshot-builder', 'restore'] as const;

export type ServiceName = (typeof serviceNames)[number];

interface ServiceFacts {
  readonly portVariable: string;
  readonly defaultPort: number;
  /** What it does, for somebody who sees it for the first time. */
  readonly does: string;
}

export const serviceFacts: Readonly<Record<ServiceName, ServiceFacts>> = {
  agent: {
    portVariable: 'HEADWATER_AGENT_PORT',
    defaultPort: 7310,
    does: 'copies the replica set once, then follows its oplog (its log of all writes)',
  },
  ingest: {
    portVariable: 'HEADWATER_INGEST_PORT',
    defaultPort: 7311,
    does: 'checks that no write is missing and archives the oplog',
  },
  'snapshot-builder': {
    portVariable: 'HEADWATER_SNAPSHOT_BUILDER_PORT',
    defaultPort: 7312,
    does: 'keeps a copy of the data files up to date and seals snapshots of it',
  },
  restore: {
    portVariable: 'HEADWATER_RESTORE_PORT',
    defaultPort: 7300,
    does: 'restores any archived second as data files, by REST',
  },
};
