import { join } from 'node:path';

export const workspace = join(__dirname, '../../../..');

/** The six services of Headwater, as their folders are named. */
export const serviceNames = [
  'agent',
  'ingest',
  'snapshot-builder',
  'restore',
  'shard-coordinator',
  'alerting',
] as const;
export type ServiceName = (typeof serviceNames)[number];
