import { randomUUID } from 'node:crypto';
import type { Clock } from '@headwater/clock';
import type { ObjectStore } from '@headwater/object-store';
import { z } from 'zod';
import { DeploymentRepository } from './deployments/deployment-repository.js';
import { formatSchema, nameSchema } from './encoding/schemas.js';
import { repositoryErrors } from './repository-errors.js';
import { childNames } from './store/child-names.js';
import { createDocument, readDocument } from './store/document.js';
import { decodeName } from './store/object-name.js';

const rootKey = 'headwater.json';
/** What the store was found to be is for people: a later version may find more, and nothing is decided by it. */
const storeSchema = z.record(z.string(), z.union([z.string(), z.boolean()]));
const rootSchema = z.object({
  format: formatSchema,
  repositoryId: nameSchema,
  store: storeSchema.optional(),
});

/** Services start together, in any order. */
const patienceMillis = 20_000;
const pauseMillis = 250;

/** A backup repository: what a store holds. Any number of processes may have it open. */
export class Repository {
  readonly store: ObjectStore;
  /** A UUID; made with the repository. */
  readonly id: string;
  private readonly byId = new Map<string, DeploymentRepository>();

  private constructor(store: ObjectStore, id: string) {
    this.store = store;
    this.id = id;
  }

  /**
   * Opens the repository of a store, which is made when there is none. For ingest: others have nothing to look for in a store
   * that ingest has not made one in.
   *
   * @throws repositoryErrors.unknownFormat when a newer version made it.
   */
  static async open(store: ObjectStore): Promise<Repository> {
    const found =
      (await readDocument(store, rootKey, rootSchema)) ??
      (await createRoot(store, { format: 1, repositoryId: randomUUID(), store: { ...store.traits } }));
    return new Repository(store, found.repositoryId);
  }

  /**
   * Opens the repository of a store and never makes one: a store without may be a directory whose file system is not mounted.
   * Waits a while for ingest, which may be about to make it.
   *
   * @param onWaiting called once, when there is none yet
   * @throws repositoryErrors.noRepository when there is still none after 20 seconds; unknownFormat as `open`
   */
  static async openExisting(
    store: ObjectStore,
    clock: Clock,
    onWaiting: () => void = () => undefined,
  ): Promise<Repository> {
    const until = clock.ticksMillis() + patienceMillis;
    for (let tries = 0; ; tries += 1) {
      const found = await readDocument(store, rootKey, rootSchema);
      if (found !== null) {
        return new Repository(store, found.repositoryId);
      }
      if (clock.ticksMillis() >= until) {
        throw repositoryErrors.noRepository(`the store has no ${rootKey}: nothing was ever archived in it`);
      }
      if (tries === 0) {
        onWaiting();
      }
      await clock.sleep(pauseMillis);
    }
  }

  /** The ids of the deployments that have any object, ascending by their keys. */
  async deployments(): Promise<string[]> {
    const segments = await childNames(this.store, 'deployments/');
    return segments.map(decodeName).filter((id) => id !== null);
  }

  /** The same object for the same id. */
  deployment(id: string): DeploymentRepository {
    const deployment = this.byId.get(id) ?? new DeploymentRepository(this.store, id);
    this.byId.set(id, deployment);
    return deployment;
  }
}

async function createRoot(
  store: ObjectStore,
  root: z.infer<typeof rootSchema>,
): Promise<z.infer<typeof rootSchema>> {
  await createDocument(store, rootKey, rootSchema, root);
  // Two processes may make it at once; the first one counts.
  const stored = await readDocument(store, rootKey, rootSchema);
  if (stored === null) {
    throw repositoryErrors.missingObject(`${rootKey} was removed while it was made`, {
      details: { key: rootKey },
    });
  }
  return stored;
}
