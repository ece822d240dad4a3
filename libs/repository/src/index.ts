// repository: the backup repository on top of the store port. docs/repository-format.md specifies what it stores.
//
// - Repository → DeploymentRepository → ReplicaSetRepository: the way down to what one replica set has.
// - EpochLog: capture orders, numbered; who creates the document of a number has given that order.
// - OplogArchive: chains of slices. A chain listing is one listing; a cover is the slices that a reader of (from, to] takes;
//   `entries` joins them into one run and proves that they tell one history.
// - SyncArchive: an initial sync in numbered parts. complete.json comes last.
// - SnapshotArchive: block snapshots, which have data files, and log snapshots, which are a base and a range of slices.
//   SnapshotWriter stores packs, then file maps, then the manifest; `readFile` gives the proven blocks of a data file.
// - RestoreInventory, RestoreWindow, RestorePlan: what can be restored, and how. Pure, computed anew from listings.
// - repositoryErrors: a damaged or missing object is always named by its key.
export { Repository } from './repository.js';
export { isDamage, repositoryErrors } from './repository-errors.js';
export { DeploymentRepository } from './deployments/deployment-repository.js';
export type { Identity } from './deployments/identity.js';
export { ReplicaSetRepository } from './replica-sets/replica-set-repository.js';
export { EpochLog } from './replica-sets/epoch-log.js';
export type { Epoch } from './replica-sets/epoch-log.js';

export { OplogArchive } from './oplog/oplog-archive.js';
export { coverOf, unbrokenFrom } from './oplog/cover.js';
export type { Cover } from './oplog/cover.js';
export type { RangeMeasure } from './oplog/range-measure.js';
export type { ChainListing } from './oplog/chain-listing.js';
export type { ChainEnd, Fork, Gap } from './oplog/chain-end.js';
export type { Slice, SliceHeader, SliceRef } from './oplog/slice.js';

export { SyncArchive } from './initial-sync/sync-archive.js';
export type { PartRef } from './initial-sync/sync-archive.js';
export type { SyncBegun, SyncComplete } from './initial-sync/sync-documents.js';
export { decodePart, encodePart } from './initial-sync/part-payload.js';
export type { PartContent, PartSection } from './initial-sync/part-payload.js';

export { SnapshotArchive } from './snapshots/snapshot-archive.js';
export { SnapshotWriter } from './snapshots/snapshot-writer.js';
export type { NewFile, SnapshotSeal } from './snapshots/snapshot-writer.js';
export { parseSnapshotId, snapshotId } from './snapshots/manifest.js';
export type { Manifest, ManifestFile, SnapshotRef } from './snapshots/manifest.js';
export type { LogManifest, LogSeal } from './snapshots/log-manifest.js';
export type { AnyManifest } from './snapshots/manifest-reading.js';
export { isBlock } from './snapshots/snapshot-catalogue.js';
export type {
  BlockSummary,
  DamagedSnapshot,
  LogSummary,
  SnapshotCatalogue,
  SnapshotSummary,
} from './snapshots/snapshot-catalogue.js';
export { blockBytes } from './snapshots/block.js';
export type { BlockRef, FileMap, StoredBlock, ZeroBlock } from './snapshots/file-map.js';
export type { FileBlock } from './snapshots/file-reader.js';

export { restoreWindows } from './windows/restore-window.js';
export type { RestoreWindow, WindowEnd } from './windows/restore-window.js';
export type { RestoreInventory } from './windows/restore-inventory.js';
export type { RestoreBase, SyncSummary } from './windows/restore-base.js';
export { planRestore } from './windows/restore-planning.js';
export type {
  RefusalReason,
  RestorePlan,
  RestoreRefusal,
  RestoreRequest,
  RestoreTarget,
} from './windows/restore-plan.js';
