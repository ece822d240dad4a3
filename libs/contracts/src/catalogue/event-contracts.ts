import {
  agentAnnounced,
  captureDisturbed,
  captureOrdered,
  captureVersionUntested,
  forkRecorded,
  gapRecorded,
  initialSyncCompleted,
} from '../events/capture-facts.js';
import {
  restoreCancelled,
  restoreCompleted,
  restoreFailed,
  restoreStarted,
} from '../events/restore-facts.js';
import { snapshotCompleted, snapshotFailed } from '../events/snapshot-facts.js';
import { eventContract } from './message-contract.js';

/** Facts that people and other systems act on. */
export const eventContracts = [
  eventContract(snapshotCompleted, {
    writers: ['snapshot-builder'],
    says: 'A snapshot is complete: its manifest is in the store, and it can be restored.',
  }),
  eventContract(snapshotFailed, {
    writers: ['snapshot-builder'],
    says: 'A replica set gets no block snapshots for now, and why. Said once a reason.',
  }),
  eventContract(restoreStarted, {
    writers: ['restore'],
    says: 'The work on a restore job began. Said again by a later process that goes on with it, under the same id.',
  }),
  eventContract(restoreCompleted, {
    writers: ['restore'],
    says: 'A restore is complete: its data files are verified and in place.',
  }),
  eventContract(restoreFailed, {
    writers: ['restore'],
    says: 'A restore ended without a result, and why.',
  }),
  eventContract(restoreCancelled, {
    writers: ['restore'],
    says: 'A restore was cancelled on request.',
  }),
  eventContract(agentAnnounced, {
    writers: ['agent'],
    says: 'An agent became the active one of a replica set.',
  }),
  eventContract(captureVersionUntested, {
    writers: ['agent'],
    says: 'An agent works on a server version that recovery was not tested on. Capture goes on.',
  }),
  eventContract(captureOrdered, {
    writers: ['ingest'],
    says: 'Ingest gave a replica set a new order: a new epoch began. An initial sync after the first one is a resync.',
  }),
  eventContract(captureDisturbed, {
    writers: ['ingest', 'agent'],
    says: 'Something of a replica set could not be used; `action` says what was done. Nothing is skipped.',
  }),
  eventContract(initialSyncCompleted, {
    writers: ['ingest'],
    says: 'Every part of an initial sync is in the store.',
  }),
  eventContract(gapRecorded, {
    writers: ['ingest'],
    says: 'The oplog of (from, to] exists nowhere any more: the chain ends at `from`, and what lies between cannot be restored.',
  }),
  eventContract(forkRecorded, {
    writers: ['ingest'],
    says: 'A rollback of the source replaced history that was archived: the chain ends at `at`.',
  }),
];
