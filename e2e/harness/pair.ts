import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { systemClock } from '@headwater/clock';
import { topicsOf, type Topics } from '@headwater/contracts';
import type { MessageBus } from '@headwater/messaging';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { KafkaBus } from '@headwater/messaging/kafka';
import type { ObjectStore } from '@headwater/object-store';
import { DirectoryStore } from '@headwater/object-store/directory';
import { openStore } from '@headwater/object-store/opening';
import type { ServersAddress } from './servers.js';

/** `embedded`: the bus in a file and the store in a directory. `servers`: Kafka and MinIO. */
export type PairName = 'embedded' | 'servers';

/** The launcher has one installation of Headwater on a bus, and gives it this name. */
const launcherPrefix = 'headwater';

type Variables = Readonly<Record<string, string>>;

/** Where a store is: for services, and for who looks without any. */
export interface StorePlace {
  readonly environment: Variables;
  open(): Promise<ObjectStore>;
}

/** The bus and the store of one Headwater. Nobody else uses them, also where others are on the same servers. */
export interface Pair {
  readonly name: PairName;
  readonly topics: Topics;
  readonly store: StorePlace;
  /** Variables that put a service onto this bus. */
  readonly busEnvironment: Variables;
  openBus(): Promise<MessageBus>;
  /** Variables that put a service onto a bus that nobody has used yet. */
  emptyBusEnvironment(): Variables;
  /** Another store, in which nothing is yet. */
  emptyStore(): StorePlace;
}

/** @param directory of the Headwater: bus and store lie below it. */
export function embeddedPair(directory: string): Pair {
  let count = 0;
  const busFile = join(directory, 'bus', 'headwater.db');
  const storeIn = (path: string): StorePlace => ({
    environment: { HEADWATER_STORE: 'directory', HEADWATER_STORE_DIRECTORY: path },
    open: () => DirectoryStore.open(path),
  });
  return {
    name: 'embedded',
    topics: topicsOf(),
    store: storeIn(join(directory, 'store')),
    busEnvironment: { HEADWATER_BUS: 'embedded', HEADWATER_BUS_FILE: busFile },
    openBus: () => EmbeddedBus.open(busFile),
    emptyBusEnvironment: () => ({
      HEADWATER_BUS_FILE: join(directory, 'bus', `another-${++count}.db`),
    }),
    emptyStore: () => storeIn(join(directory, `store-${++count}`)),
  };
}

/**
 * Topics and a bucket of their own on servers that others may use too.
 *
 * @param prefix of the topics; one that nobody else has unless it is named
 */
export function serversPair({ kafka, s3 }: ServersAddress, prefix = newName()): Pair {
  return {
    name: 'servers',
    topics: topicsOf(prefix),
    store: bucketOn(s3),
    busEnvironment: {
      HEADWATER_BUS: 'kafka',
      HEADWATER_KAFKA_BROKERS: kafka,
      HEADWATER_KAFKA_REPLICAS: '1',
      HEADWATER_TOPIC_PREFIX: prefix,
    },
    openBus: () => Promise.resolve(KafkaBus.open({ brokers: [kafka], clientId: 'e2e' })),
    emptyBusEnvironment: () => ({ HEADWATER_TOPIC_PREFIX: newName() }),
    emptyStore: () => bucketOn(s3),
  };
}

function bucketOn({ endpoint, accessKey, secretKey }: ServersAddress['s3']): StorePlace {
  const bucket = newName();
  const config = {
    ...({ store: 's3', s3Endpoint: endpoint, s3Bucket: bucket, s3MakeBucket: true } as const),
    ...{ s3AccessKey: accessKey, s3SecretKey: secretKey },
  };
  return {
    environment: {
      HEADWATER_STORE: 's3',
      HEADWATER_S3_ENDPOINT: endpoint,
      HEADWATER_S3_BUCKET: bucket,
      HEADWATER_S3_MAKE_BUCKET: 'true',
      HEADWATER_S3_ACCESS_KEY: accessKey,
      HEADWATER_S3_SECRET_KEY: secretKey,
    },
    open: () => openStore(config, { clock: systemClock, storeFaults: null, onStoreRetry: () => undefined }),
  };
}

/** Where the launcher puts what it starts. */
export interface LauncherPlacement {
  readonly pair: Pair;
  readonly args: readonly string[];
  readonly environment: Variables;
}

/** @param servers null for the embedded pair. Only one launcher at a time can be on the same ones. */
export function launcherPlacement(dataDirectory: string, servers: ServersAddress | null): LauncherPlacement {
  if (servers === null) return { pair: embeddedPair(dataDirectory), args: [], environment: {} };
  const pair = serversPair(servers, launcherPrefix);
  const environment = { ...pair.busEnvironment, ...pair.store.environment };
  return { pair, args: ['--bus', 'kafka', '--store', 'minio'], environment };
}

/** The keys of all objects. */
export async function keysIn(place: StorePlace): Promise<readonly string[]> {
  const store = await place.open();
  try {
    const keys: string[] = [];
    for await (const { key } of store.list('')) keys.push(key);
    return keys;
  } finally {
    await store.close();
  }
}

/** Of a topic prefix or a bucket. */
const newName = (): string => `hw-${randomBytes(6).toString('hex')}`;
