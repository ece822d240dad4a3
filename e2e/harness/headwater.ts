import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { variableOf, type MongodBinary } from '@headwater/mongod';
import { eventually, freePort, temporaryDirectory, type TemporaryDirectory } from '@headwater/testing';
import { BusView } from './bus-view.js';
import { killAll, processesBelow } from './leftovers.js';
import { embeddedPair, serversPair, type Pair } from './pair.js';
import { RestoreApi } from './restore-api.js';
import { serversOfRun, type ServersAddress } from './servers.js';
import { neededServices, Service, serviceNames, type ServiceName } from './service.js';
import { withLogs } from './witness.js';

export interface HeadwaterOptions {
  /** Connection string of the replica set to protect. */
  readonly uri: string;
  readonly binary: MongodBinary;
  /** 3600 unless told otherwise: the first snapshot only. */
  readonly snapshotIntervalSeconds?: number;
  /** As long as the interval, every snapshot is a block snapshot; the service's default unless told otherwise. */
  readonly blockSnapshotIntervalSeconds?: number;
  /** Which services are started; those without which nothing is backed up or restored unless told otherwise. */
  readonly start?: readonly ServiceName[];
  /** Kafka and MinIO for its bus and store, null for the embedded pair; those of the run unless told otherwise. */
  readonly servers?: ServersAddress | null;
  /** Another Headwater's bus and store, in place of its own: services of both then are those of one installation. */
  readonly pair?: Pair;
  /** Id of the deployment; the replica set's name unless told otherwise. */
  readonly deployment?: string;
  /** More variables of every service. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Short slices, and small caches: several of these run on one small machine. */
const shortened = {
  HEADWATER_SLICE_MAX_AGE_SECONDS: '1',
  HEADWATER_HEAD_CACHE_MIB: '256',
  HEADWATER_RESTORE_CACHE_MIB: '256',
};

/** All of Headwater on one replica set: the built services as processes, on a temporary data directory. */
export class Headwater {
  /** Resolves when every service that was asked for is ready. */
  static async start(options: HeadwaterOptions): Promise<Headwater> {
    const directory = await temporaryDirectory('hw-e2e-');
    const pair = options.pair ?? ownPair(options, directory.path);
    const environment = await environmentOf(options, pair, directory.path);
    const bus = await BusView.open(pair, options.deployment);
    const headwater = new Headwater(directory, { pair, bus }, environment);
    try {
      for (const name of ['restored', 'tmp']) await mkdir(join(directory.path, name));
      const wanted = options.start ?? neededServices;
      await Promise.all(wanted.map((name) => headwater.service(name).start()));
      return headwater;
    } catch (error) {
      await headwater.stop().catch(() => undefined);
      throw withLogs(error, headwater.logTails());
    }
  }

  readonly agent: Service;
  readonly ingest: Service;
  readonly snapshotBuilder: Service;
  readonly restore: Service;
  readonly shardCoordinator: Service;
  readonly alerting: Service;
  readonly api: RestoreApi;
  readonly pair: Pair;
  readonly bus: BusView;

  private constructor(
    private readonly directory: TemporaryDirectory,
    { pair, bus }: { readonly pair: Pair; readonly bus: BusView },
    environment: Readonly<Record<string, string>>,
  ) {
    this.pair = pair;
    this.bus = bus;
    this.agent = new Service('agent', environment);
    this.ingest = new Service('ingest', environment);
    this.snapshotBuilder = new Service('snapshot-builder', environment);
    this.restore = new Service('restore', environment);
    this.shardCoordinator = new Service('shard-coordinator', environment);
    this.alerting = new Service('alerting', environment);
    this.api = new RestoreApi(() => this.restore.url);
  }

  /** Of the embedded pair. */
  get storeDirectory(): string {
    return join(this.directory.path, 'store');
  }

  /** Of the embedded pair. */
  get busFile(): string {
    return join(this.directory.path, 'bus', 'headwater.db');
  }

  get headDirectory(): string {
    return join(this.directory.path, 'heads');
  }

  /** A path for a restore: nothing is there yet. */
  target(name: string): string {
    return join(this.directory.path, 'restored', name);
  }

  /** Resolves when so many snapshots can be restored from. */
  async snapshotsSealed(count: number): Promise<void> {
    await eventually(async () => (await this.api.snapshots().catch(() => [])).length >= count, {
      deadlineMs: 180_000,
      describe: `${count} snapshots`,
      pauseMs: 100,
    });
  }

  /** Runs a test; what it throws gets the ends of all logs. */
  async witness<T>(test: () => Promise<T>): Promise<T> {
    try {
      return await test();
    } catch (error) {
      throw withLogs(error, this.logTails());
    }
  }

  /**
   * Ends every process and removes every file.
   *
   * @throws Error with the ends of the logs when a service had ended by itself, does not stop cleanly, or leaves a
   * process behind.
   */
  async stop(): Promise<void> {
    const trouble: string[] = [];
    for (const service of this.services) {
      if (service.endedByItself) trouble.push(`${service.name} had ended by itself`);
    }
    const stopped = await Promise.allSettled(this.services.map((service) => service.stop()));
    for (const result of stopped) {
      if (result.status === 'rejected') trouble.push(String(result.reason).slice(0, 2000));
    }
    await this.bus.close();
    const left = await processesBelow(this.directory.path);
    killAll(left);
    trouble.push(...left.map(({ pid, commandLine }) => `process ${pid} was left behind: ${commandLine}`));
    await this.directory.remove();
    if (trouble.length > 0) throw withLogs(new Error(trouble.join('\n')), this.logTails());
  }

  get services(): readonly Service[] {
    const { agent, ingest, snapshotBuilder, restore, shardCoordinator, alerting } = this;
    return [agent, ingest, snapshotBuilder, restore, shardCoordinator, alerting];
  }

  private service(name: ServiceName): Service {
    const found = this.services.find((service) => service.name === name);
    if (found === undefined) throw new Error(`there is no service ${name}`);
    return found;
  }

  private logTails(): string {
    return this.services.map((service) => service.logTail()).join('\n');
  }
}

function ownPair({ servers = serversOfRun() }: HeadwaterOptions, directory: string): Pair {
  return servers === null ? embeddedPair(directory) : serversPair(servers);
}

async function environmentOf(
  options: HeadwaterOptions,
  pair: Pair,
  directory: string,
): Promise<Record<string, string>> {
  const ports = await Promise.all(serviceNames.map(() => freePort()));
  const portVariables = serviceNames.map((name, index): [string, string] => [
    `HEADWATER_${name.toUpperCase().replaceAll('-', '_')}_PORT`,
    String(ports[index]),
  ]);
  return {
    ...shortened,
    ...Object.fromEntries(portVariables),
    TMPDIR: join(directory, 'tmp'),
    HEADWATER_MONGODB_URI: options.uri,
    ...pair.busEnvironment,
    ...pair.store.environment,
    HEADWATER_RESTORE_STATE_DIRECTORY: join(directory, 'restores'),
    HEADWATER_HEAD_DIRECTORY: join(directory, 'heads'),
    HEADWATER_SNAPSHOT_INTERVAL_SECONDS: String(options.snapshotIntervalSeconds ?? 3600),
    ...(options.blockSnapshotIntervalSeconds === undefined
      ? {}
      : { HEADWATER_BLOCK_SNAPSHOT_INTERVAL_SECONDS: String(options.blockSnapshotIntervalSeconds) }),
    ...(options.deployment === undefined ? {} : { HEADWATER_DEPLOYMENT: options.deployment }),
    [variableOf(options.binary.series)]: options.binary.path,
    ...options.environment,
  };
}
