import type { Clock } from '@headwater/clock';
import type { ObjectStore } from '@headwater/object-store';
import { openStore } from '@headwater/object-store/opening';
import { checkStore, parseConfig, storeSettings } from '@headwater/service-kit';
import { z } from 'zod';

/** What the store holds, as its own listing tells it. */
export interface StoredObjects {
  /** The bucket and its server. */
  readonly place: string;
  readonly objects: number;
  readonly bytes: number;
  /** By what they are, the largest first: packs, oplog, … */
  readonly kinds: readonly { readonly kind: string; readonly objects: number; readonly bytes: number }[];
}

const schema = z.object(storeSettings).superRefine(checkStore);

/** @param environment that of the services, with a bucket in it */
export async function listStored(environment: NodeJS.ProcessEnv, clock: Clock): Promise<StoredObjects> {
  const config = parseConfig(schema, environment, 'launcher');
  const store = await openStore(config, {
    ...{ clock, storeFaults: null, storeAccess: 'read' },
    onStoreRetry: () => undefined,
  });
  try {
    return { place: `${config.s3Bucket ?? ''} at ${config.s3Endpoint ?? ''}`, ...(await sumsOf(store)) };
  } finally {
    await store.close();
  }
}

async function sumsOf(store: ObjectStore): Promise<Omit<StoredObjects, 'place'>> {
  const kinds = new Map<string, { kind: string; objects: number; bytes: number }>();
  for await (const { key, size } of store.list('')) {
    const kind = kindOf(key);
    const sum = kinds.get(kind) ?? { kind, objects: 0, bytes: 0 };
    kinds.set(kind, { kind, objects: sum.objects + 1, bytes: sum.bytes + size });
  }
  const found = [...kinds.values()].sort((a, b) => b.bytes - a.bytes);
  return {
    objects: found.reduce((sum, { objects }) => sum + objects, 0),
    bytes: found.reduce((sum, { bytes }) => sum + bytes, 0),
    kinds: found,
  };
}

/** The folder below its replica set: deployments/<deployment>/<replica set>/<kind>/…; else its own name. */
export function kindOf(key: string): string {
  const [top = '', , , kind, below] = key.split('/');
  return top === 'deployments' && kind !== undefined && below !== undefined
    ? kind
    : (key.split('/').at(-1) ?? key);
}
