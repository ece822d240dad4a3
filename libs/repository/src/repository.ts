import { randomUUID } from 'node:crypto';
import type { Clock } from '@headwater/clock';
import { isHeadwaterError } from '@headwater/errors';
import type { ObjectStore } from '@headwater/object-store';
import { z } from 'zod';
import { DeploymentRepository } from './deployments/deployment-repository.js';
import { formatSchema, nameSchema } from './encoding/schemas.js';
import { repositoryErrors } from './repository-errors.js';
import { childNames } from './store/child-names.js';
import { createDocument, readDocument } from './store/document.js';
import { decodeName } from './store/object-name.js';

const rootKey = 'headwater.json';
const rootSchema = z.object({ format: formatSchema, repositoryId: nameSchema });

interface Waiting {
  readonly clock: Clock;
  readonly patienceMillis: number;
  readonly onWaiting: () => void;
}

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
   * Opens the repository of a store. A store without one may be a directory whose file system is not mounted: nothing is made.
   *
   * @throws repositoryErrors.noRepository; unknownFormat when a newer version made it.
   */
  static async open(store: ObjectStore): Promise<Repository> {
    const found = await readDocument(store, rootKey, rootSchema);
    if (found === null) {
      throw repositoryErrors.noRepository(`the store has no ${rootKey}: nothing was ever archived in it`);
    }
    return new Repository(store, found.repositoryId);
  }

  /**
   * The same for ingest, which makes the repository where there is none.
   *
   * @throws repositoryErrors.unknownFormat when a newer version made it.
   */
  static async openOrCreate(store: ObjectStore): Promise<Repository> {
    const found =
      (await readDocument(store, rootKey, rootSchema)) ??
      (await createRoot(store, { format: 1, repositoryId: randomUUID() }));
    return new Repository(store, found.repositoryId);
  }

  /**
   * The same for who starts together with ingest: waits a while for it to make the repository.
   *
   * @param onWaiting called once, when there is none yet
   * @throws repositoryErrors.noRepository when there is still none after `patienceMillis`
   */
  static async openWhenMade(
    store: ObjectStore,
    { clock, patienceMillis, onWaiting }: Waiting,
  ): Promise<Repository> {
    const until = clock.ticksMillis() + patienceMillis;
    for (let tries = 0; ; tries += 1) {
      try {
        return await Repository.open(store);
      } catch (error) {
        if (!isMissing(error) || clock.ticksMillis() >= until) {
          throw error;
        }
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

function isMissing(error: unknown): boolean {
  return isHeadwaterError(error) && error.code === repositoryErrors.noRepository('').code;
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
