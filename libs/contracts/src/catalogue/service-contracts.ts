import { syncPartHeadersSchema, syncPartType, syncSent } from '../initial-sync/sync-part.js';
import { forkFound, gapFound, syncAbandoned, syncBegun } from '../oplog-batches/announcements.js';
import { oplogBatchHeadersSchema, oplogBatchType } from '../oplog-batches/oplog-batch.js';
import { agentKeyPrefix, agentState } from '../state/agent.js';
import { captureKeyPrefix, captureState } from '../state/capture.js';
import { headKeyPrefix, headState } from '../state/head.js';
import { restoreJobKeyPrefix, restoreJobState } from '../state/restore-job.js';
import { snapshotKeyPrefix, snapshotState } from '../state/snapshot.js';
import { bytesContract, dataContract, stateContract } from './message-contract.js';

const ofReplicaSet = { of: '<deployment>/<replica set>', example: 'shop/rs0' };

/** The latest whole state of each thing. */
export const stateContracts = [
  stateContract(agentState, agentKeyPrefix, {
    ...ofReplicaSet,
    writers: ['agent'],
    says: 'What the active agent of a replica set does and knows; at least every five seconds.',
  }),
  stateContract(captureState, captureKeyPrefix, {
    ...ofReplicaSet,
    writers: ['ingest'],
    says: 'What is ordered for a replica set, and how far it is in the store.',
  }),
  stateContract(headState, headKeyPrefix, {
    ...ofReplicaSet,
    writers: ['snapshot-builder'],
    says: 'What becomes of the maintained copy of a replica set.',
  }),
  stateContract(snapshotState, snapshotKeyPrefix, {
    of: '<deployment>/<replica set>/<snapshot>',
    example: 'shop/rs0/1764003600.0000000012-6f1d0c3a',
    writers: ['snapshot-builder'],
    says: 'A sealed snapshot.',
  }),
  stateContract(restoreJobState, restoreJobKeyPrefix, {
    of: '<restore>',
    example: '019a9c2e',
    writers: ['restore'],
    says: 'A restore job, as REST has it; a tombstone once it is forgotten.',
  }),
];

/** What agents tell ingest, in order per replica set. Holds the data that is protected: for services alone. */
export const dataContracts = [
  bytesContract(oplogBatchType, 'oplogBatches', {
    writers: ['agent'],
    says: 'Consecutive oplog entries of the range (from, to].',
    what: 'raw BSON documents, one after the other, as the server wrote them',
    headers: oplogBatchHeadersSchema,
  }),
  dataContract(syncBegun, 'oplogBatches', {
    writers: ['agent'],
    says: 'An initial sync began: the first message of it, before the first batch of its chain.',
  }),
  dataContract(syncAbandoned, 'oplogBatches', {
    writers: ['agent'],
    says: 'The agent sends no more of an initial sync: another one is to be ordered.',
  }),
  dataContract(gapFound, 'oplogBatches', {
    writers: ['agent'],
    says: 'The source no longer has what follows `from`.',
  }),
  dataContract(forkFound, 'oplogBatches', {
    writers: ['agent'],
    says: 'A rollback replaced the history of the source at `at`.',
  }),
  bytesContract(syncPartType, 'initialSync', {
    writers: ['agent'],
    says: 'One part of an initial sync.',
    what: 'a part as the repository stores it (docs/repository-format.md)',
    headers: syncPartHeadersSchema,
  }),
  dataContract(syncSent, 'initialSync', {
    writers: ['agent'],
    says: 'Every part of an initial sync was sent: the last message of it.',
  }),
];
