import { readFile } from 'node:fs/promises';
import type { Clock } from '@headwater/clock';
import { messageOf } from '@headwater/errors';
import type { FaultPlan } from '@headwater/faults';
import { storeErrors } from '@headwater/object-store';
import type { ObjectStore } from '@headwater/object-store';
import { DirectoryStore } from '@headwater/object-store/directory';
import { FaultyStore } from '@headwater/object-store/faulty';
import { retried, RetryingStore } from '@headwater/object-store/retrying';
import type { RetryingStoreOptions, StoreRetry } from '@headwater/object-store/retrying';
import type { S3Settings } from '@headwater/object-store/s3';

/** Which store: the part of a service's config that says so. */
export interface StoreConfig {
  readonly store: 'directory' | 's3';
  /** Needed by the directory store. */
  readonly storeDirectory?: string | undefined;
  /** This one and the next three are needed by a bucket. */
  readonly s3Endpoint?: string | undefined;
  readonly s3Bucket?: string | undefined;
  readonly s3AccessKey?: string | undefined;
  readonly s3SecretKey?: string | undefined;
  readonly s3Region?: string | undefined;
  readonly s3Prefix?: string | undefined;
  /** Path of a file of PEM. */
  readonly s3CaFile?: string | undefined;
  readonly s3PathStyle?: boolean | undefined;
  readonly s3MakeBucket?: boolean | undefined;
}

export interface StoreSurroundings {
  readonly clock: Clock;
  /** What goes wrong in a rehearsal; null for nothing. */
  readonly storeFaults: FaultPlan | null;
  /** As of `RetryingStore`, for a service that tries again itself; its default by default. */
  readonly storeDeadlineMillis?: number;
  /** Who only reads needs no right to write, and tries nothing at the opening; `write` by default. */
  readonly storeAccess?: 'read' | 'write';
  /** Aborted when the service is to stop: a bucket that cannot be reached is not waited for any longer. */
  readonly stopping?: AbortSignal;
  /** Told before each try that is not the first. */
  readonly onStoreRetry: (retry: StoreRetry) => void;
}

/**
 * Opens the store of a service, with its decorators: retries outside, the faults of a rehearsal inside of them. A bucket that
 * cannot be reached is waited for, without an end; one that refuses is not.
 *
 * @throws storeErrors.notUsable, and what S3Store.open throws
 */
export async function openStore(config: StoreConfig, surroundings: StoreSurroundings): Promise<ObjectStore> {
  const {
    clock,
    storeFaults: plan,
    storeDeadlineMillis: deadlineMillis,
    onStoreRetry: onRetry,
  } = surroundings;
  const patience = { clock, ...(deadlineMillis !== undefined && { deadlineMillis }), onRetry };
  const store = await openAdapter(config, surroundings, patience);
  return new RetryingStore(plan === null ? store : new FaultyStore(store, { plan, clock }), patience);
}

async function openAdapter(
  config: StoreConfig,
  { stopping: signal, storeAccess: access = 'write' }: StoreSurroundings,
  patience: RetryingStoreOptions,
): Promise<ObjectStore> {
  if (config.store === 'directory') return DirectoryStore.open(needed(config, 'storeDirectory'));
  const settings = await bucketOf(config);
  // Its client is much code, which nobody waits for who does not need it.
  const { S3Store } = await import('@headwater/object-store/s3');
  const { s3MakeBucket: makeBucket = false } = config;
  const withoutEnd = { ...patience, deadlineMillis: Infinity, ...(signal !== undefined && { signal }) };
  return retried('open', settings.bucket, withoutEnd, () => S3Store.open(settings, { access, makeBucket }));
}

async function bucketOf(config: StoreConfig): Promise<S3Settings> {
  const {
    s3Region: region = 'us-east-1',
    s3Prefix: prefix = '',
    s3PathStyle: pathStyle = true,
    s3CaFile,
  } = config;
  return {
    endpoint: needed(config, 's3Endpoint'),
    bucket: needed(config, 's3Bucket'),
    accessKey: needed(config, 's3AccessKey'),
    secretKey: needed(config, 's3SecretKey'),
    ...{ region, prefix, pathStyle },
    authority: s3CaFile === undefined ? null : await authorityOf(s3CaFile),
  };
}

async function authorityOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw storeErrors.endpointRefused(`HEADWATER_S3_CA_FILE cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function needed(
  config: StoreConfig,
  property: 'storeDirectory' | 's3Endpoint' | 's3Bucket' | 's3AccessKey' | 's3SecretKey',
): string {
  const value = config[property];
  if (value === undefined)
    throw storeErrors.notUsable(`a ${config.store} store needs ${property}, which is not set`);
  return value;
}
