import type { ObjectStore } from '@headwater/object-store';
import { ReplicaSetRepository } from '../replica-sets/replica-set-repository.js';
import { repositoryErrors } from '../repository-errors.js';
import { childNames } from '../store/child-names.js';
import { createDocument, readDocument } from '../store/document.js';
import { decodeName, encodeName } from '../store/object-name.js';
import { identitySchema, type Identity } from './identity.js';

/** What lies beside the replica sets of a deployment; a set of such a name has its first character encoded. */
const taken = ['identity.json', 'policy.json', 'holds', 'checkpoints', 'rounds', 'prune'];

/** Everything under deployments/<id>/. */
export class DeploymentRepository {
  readonly id: string;
  private readonly store: ObjectStore;
  private readonly folder: string;
  private readonly sets = new Map<string, ReplicaSetRepository>();

  constructor(store: ObjectStore, id: string) {
    this.store = store;
    this.id = id;
    this.folder = `deployments/${encodeName(id)}/`;
  }

  /** Null for a deployment that nobody bound yet. */
  async identity(): Promise<Identity | null> {
    return readDocument(this.store, `${this.folder}identity.json`, identitySchema);
  }

  /**
   * Create-only: the first identity stays.
   *
   * @returns what is stored; compare it with what was asked for.
   */
  async bind(identity: Identity): Promise<Identity> {
    const key = `${this.folder}identity.json`;
    await createDocument(this.store, key, identitySchema, identity);
    const stored = await this.identity();
    if (stored === null) {
      throw repositoryErrors.missingObject(`${key} was removed while it was bound`, { details: { key } });
    }
    return stored;
  }

  /** The names of the sets that have any object, ascending by their keys. */
  async replicaSets(): Promise<string[]> {
    const segments = await childNames(this.store, this.folder);
    return segments
      .filter((segment) => !taken.includes(segment))
      .map(decodeName)
      .filter((name) => name !== null);
  }

  /** The same object for the same name: it remembers the manifests that it has read. */
  replicaSet(name: string): ReplicaSetRepository {
    const folder = `${this.folder}${encodeName(name, taken)}/`;
    const set =
      this.sets.get(name) ?? new ReplicaSetRepository(this.store, { deployment: this.id, name, folder });
    this.sets.set(name, set);
    return set;
  }
}
