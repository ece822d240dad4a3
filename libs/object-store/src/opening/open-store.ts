import type { Clock } from '@headwater/clock';
import type { FaultPlan } from '@headwater/faults';
import type { ObjectStore } from '@headwater/object-store';
import { DirectoryStore } from '@headwater/object-store/directory';
import { FaultyStore } from '@headwater/object-store/faulty';
import { RetryingStore } from '@headwater/object-store/retrying';
import type { StoreRetry } from '@headwater/object-store/retrying';

/** Which store: the part of a service's config that says so. */
export interface StoreConfig {
  readonly store: 'directory';
  readonly storeDirectory: string;
}

export interface StoreSurroundings {
  readonly clock: Clock;
  /** What goes wrong in a rehearsal; null for nothing. */
  readonly storeFaults: FaultPlan | null;
  /** As of `RetryingStore`, for a service that tries again itself; its default by default. */
  readonly storeDeadlineMillis?: number;
  /** Told before each try that is not the first. */
  readonly onStoreRetry: (retry: StoreRetry) => void;
}

/**
 * Opens the store of a service, with its decorators: retries outside, the faults of a rehearsal inside of them.
 *
 * @throws storeErrors.notUsable
 */
export async function openStore(config: StoreConfig, surroundings: StoreSurroundings): Promise<ObjectStore> {
  const {
    clock,
    storeFaults: plan,
    storeDeadlineMillis: deadlineMillis,
    onStoreRetry: onRetry,
  } = surroundings;
  const store = await DirectoryStore.open(config.storeDirectory);
  return new RetryingStore(plan === null ? store : new FaultyStore(store, { plan, clock }), {
    clock,
    ...(deadlineMillis !== undefined && { deadlineMillis }),
    onRetry,
  });
}
