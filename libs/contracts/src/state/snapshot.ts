import { defineJsonEvent } from '../json-event.js';
import { snapshotFactSchema } from '../events/snapshot-facts.js';
import { replicaSetKey } from '../topics.js';
import type { z } from 'zod';

/** A sealed snapshot. One writer: snapshot-builder. */
export const snapshotState = defineJsonEvent('io.headwater.state.snapshot.v1', snapshotFactSchema);

export type SnapshotState = z.infer<typeof snapshotState.schema>;

export const snapshotKeyPrefix = 'snapshot/';

export function snapshotKey(deployment: string, replicaSet: string, snapshotId: string): string {
  return `${snapshotKeyPrefix}${replicaSetKey(deployment, replicaSet)}/${snapshotId}`;
}
