// mongodb: the only importer of the driver.
//
// - DirectConnection: one mongod, by URI or Unix socket: commands, raw reads, raw inserts.
// - ReplicaSetSource: one pinned member of the protected replica set: its identity, its oplog bounds, its tail, and
//   the reading side of an initial sync.
// - OplogTail: every majority-committed entry, once, in order. TailOpening says why there is none: gap (the window was
//   lost), fork (our entry was rolled back) or behind (the member has not come so far).
// - SyncBeginning, SourceCollection: what an initial sync begins with and copies.
// - dbHash, listCatalogue: for verification.
// - testedVersions, testingOf, untestedNotice: on which servers the engine suite was run.
// - mongodbErrors: everything that can go wrong; a retryable one means: open again, possibly at another member.
//
// Documents are Buffers with the server's bytes everywhere; nothing is decoded to be encoded again.
export { DirectConnection } from './connection/direct-connection.js';
export type { ConnectionOptions, ConnectionTarget, FindQuery } from './connection/direct-connection.js';
export type { CommandDocument, CommandOptions, Reply } from './connection/command-runner.js';
export type { InsertOptions, InsertOutcome } from './connection/raw-insert.js';
export type { RawCursorOptions } from './connection/raw-cursor.js';
export { serverCodeOf } from './connection/driver-failure.js';
export { bsonTimestamp, oplogTimestamp } from './entries/optime.js';
export { ReplicaSetSource } from './replica-set-source.js';
export type { OplogBounds, SourceOptions } from './replica-set-source.js';
export type { ClusterMembership } from './topology/cluster-membership.js';
export type { SourceIdentity } from './topology/identity.js';
export type { OplogTail } from './tailing/oplog-tail.js';
export type { TailOpening } from './tailing/tail-opening.js';
export type { SyncBeginning } from './initial-sync/sync-beginning.js';
export type { SourceCollection } from './initial-sync/source-collection.js';
export { dbHash } from './verification/db-hash.js';
export type { CollectionHash, DbHashOptions } from './verification/db-hash.js';
export { listCatalogue } from './verification/catalogue.js';
export { testedVersions, testingOf, untestedNotice } from './tested-versions.js';
export type { TestedVersion, VersionTesting } from './tested-versions.js';
export { mongodbErrors } from './mongodb-errors.js';
