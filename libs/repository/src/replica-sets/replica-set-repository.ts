import { isOneOf } from '@headwater/errors';
import type { ObjectStore } from '@headwater/object-store';
import { EpochLog } from './epoch-log.js';
import { SyncArchive } from '../initial-sync/sync-archive.js';
import { OplogArchive } from '../oplog/oplog-archive.js';
import { SnapshotArchive } from '../snapshots/snapshot-archive.js';
import { repositoryErrors } from '../repository-errors.js';
import { childNames } from '../store/child-names.js';
import { decodeName, encodeName } from '../store/object-name.js';
import { syncSummaryOf, type SyncSummary } from '../windows/restore-base.js';
import type { RestoreInventory } from '../windows/restore-inventory.js';

export interface ReplicaSetPlace {
  readonly deployment: string;
  readonly name: string;
  /** Key prefix of everything of this set, ending in '/'. */
  readonly folder: string;
}

/** Everything of one replica set. */
export class ReplicaSetRepository {
  readonly deployment: string;
  readonly name: string;
  readonly epochs: EpochLog;
  readonly oplog: OplogArchive;
  readonly snapshots: SnapshotArchive;
  private readonly store: ObjectStore;
  private readonly syncFolder: string;
  /** By id: what is complete never changes. */
  private readonly completeSyncs = new Map<string, SyncSummary>();

  constructor(store: ObjectStore, { deployment, name, folder }: ReplicaSetPlace) {
    this.store = store;
    this.deployment = deployment;
    this.name = name;
    this.syncFolder = `${folder}initial-sync/`;
    this.epochs = new EpochLog(store, `${folder}epochs/`);
    this.oplog = new OplogArchive(store, `${folder}oplog/`);
    this.snapshots = new SnapshotArchive(store, { deployment, replicaSet: name, folder });
  }

  /** The ids of all initial syncs that have any object, ascending by their keys. */
  async syncs(): Promise<string[]> {
    const segments = await childNames(this.store, this.syncFolder);
    return segments.map(decodeName).filter((id) => id !== null);
  }

  sync(id: string): SyncArchive {
    return new SyncArchive(this.store, `${this.syncFolder}${encodeName(id)}/`, id);
  }

  /** What `restoreWindows` and `planRestore` decide from: listings, and the manifests not read before. */
  async inventory(): Promise<RestoreInventory> {
    const [syncs, chains, { snapshots, damaged }] = await Promise.all([
      this.syncSummaries(),
      this.oplog.chainListings(),
      this.snapshots.catalogue(),
    ]);
    return { chains, snapshots, syncs, damaged };
  }

  private async syncSummaries(): Promise<readonly SyncSummary[]> {
    const summaries = await Promise.all((await this.syncs()).map((id) => this.syncSummary(id)));
    return summaries.filter((summary) => summary !== null);
  }

  /** Null for one that is not complete, and for one whose document does not read: it is no base. */
  private async syncSummary(id: string): Promise<SyncSummary | null> {
    const known = this.completeSyncs.get(id);
    if (known !== undefined) {
      return known;
    }
    const complete = await this.sync(id).complete().catch(nullIfUnreadable);
    if (complete === null) {
      return null;
    }
    const summary = syncSummaryOf(complete);
    this.completeSyncs.set(id, summary);
    return summary;
  }
}

function nullIfUnreadable(error: unknown): null {
  if (isOneOf(error, [repositoryErrors.damagedObject, repositoryErrors.unknownFormat])) {
    return null;
  }
  throw error;
}
