import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { MongoClient } from 'mongodb';
import { systemClock } from '@headwater/clock';
import type { MongodBinary } from '@headwater/mongod';
import { DirectoryStore } from '@headwater/object-store/directory';
import type { OplogTimestamp, Position } from '@headwater/oplog';
import { RecoveryEngine, stateFileOf, type OnProgress } from '@headwater/recovery';
import { Capture, type SyncHooks } from '../capture/capture.js';
import { markOplog } from '../cluster-time.js';
import { compareDeployments } from '../equality/comparison.js';
import { startReplicaSet, type ReplicaSet } from '../replica-set/replica-set.js';
import { startRestored } from '../replica-set/restored.js';
import { temporaryDirectory, type TemporaryDirectory } from '../temporary-directory.js';

export interface GroundOptions {
  /** What the source runs. */
  readonly source: MongodBinary;
  /** What applies the oplog; of the same series. */
  readonly head: MongodBinary;
  readonly signal?: AbortSignal | undefined;
}

/** A head: data files of ours, where they stand, and the capture that they are made from. */
export interface Head {
  readonly capture: Capture;
  readonly directory: string;
  position: Position;
}

interface Parts {
  readonly options: GroundOptions;
  readonly temporary: TemporaryDirectory;
  readonly set: ReplicaSet;
}

/** A source under a real mongod, and heads that are made and advanced from it by the recovery engine. */
export class Ground {
  readonly client: MongoClient;
  readonly engine: RecoveryEngine;
  readonly series: string;
  readonly binaries: { readonly source: MongodBinary; readonly head: MongodBinary };
  private head: Head | null = null;
  private readonly captures: Capture[] = [];
  private made = 0;

  static async open(options: GroundOptions): Promise<Ground> {
    const temporary = await temporaryDirectory('headwater-engine-');
    try {
      const set = await startReplicaSet({
        binary: options.source,
        oplogMiB: 990,
        cacheMiB: 512,
        parameters: { ttlMonitorEnabled: false },
      });
      return new Ground({ options, temporary, set });
    } catch (error) {
      await temporary.remove();
      throw error;
    }
  }

  private constructor(private readonly parts: Parts) {
    const { options, set } = parts;
    this.client = set.connect();
    this.series = options.source.series;
    this.binaries = options;
    this.engine = new RecoveryEngine({ mongods: () => Promise.resolve(options.head), clock: systemClock });
  }

  /** A path that nobody has. */
  path(name: string): string {
    return join(this.parts.temporary.path, `${name}-${(this.made += 1)}`);
  }

  /** A new head, from an initial sync of its own. */
  async seed(hooks: SyncHooks = {}): Promise<Head> {
    await this.discard();
    const capture = await Capture.begin(this.parts.set.uri, await DirectoryStore.open(this.path('store')));
    this.captures.push(capture);
    const { syncId } = await capture.sync(hooks);
    const directory = this.path('head');
    const request = { archive: capture.archive, syncId, directory, ...this.signal };
    const { position } = await this.engine.seed(request);
    return (this.head = { capture, directory, position });
  }

  /** The head that there is, or a new one. */
  async standing(): Promise<Head> {
    return this.head ?? this.seed();
  }

  /** The head is of no use any more; the next one is made anew. */
  async discard(): Promise<void> {
    if (this.head === null) return;
    const { directory } = this.head;
    this.head = null;
    await Promise.all(this.captures.splice(0).map((capture) => capture.close()));
    await rm(directory, { recursive: true, force: true });
  }

  /** Archives everything that was written so far. @returns the timestamp of its last entry. */
  async archived(): Promise<OplogTimestamp> {
    const { capture } = await this.standing();
    const to = await markOplog(this.client);
    await capture.archiveTo(to);
    return to;
  }

  /** One recovery cycle of the head, to `to` or to now. */
  async advance(to?: OplogTimestamp): Promise<void> {
    const head = await this.standing();
    const target = to ?? (await this.archived());
    head.position = await this.replay(head.directory, target);
  }

  /** One recovery cycle of any directory that stands where the head does. @returns where it stands then. */
  async replay(directory: string, to: OplogTimestamp, options: ReplayOptions = {}): Promise<Position> {
    const { capture, position: from } = await this.standing();
    const { archive, chain } = capture;
    const range = { archive, chain, directory, series: this.series, from, to };
    return (await this.engine.replay({ ...range, ...this.signal, ...options })).restoredTo;
  }

  async copyOfHead(name: string): Promise<string> {
    const { directory } = await this.standing();
    const copy = this.path(name);
    await cp(directory, copy, { recursive: true });
    await cp(stateFileOf(directory), stateFileOf(copy));
    return copy;
  }

  /** What differs between the source now and the head. */
  async differences(): Promise<string[]> {
    const { directory } = await this.standing();
    // The files themselves are nobody else's to open.
    const copy = this.path('copy');
    await cp(directory, copy, { recursive: true });
    return this.differencesOf(copy);
  }

  /** The same for a directory that is opened for it, and removed afterwards. */
  async differencesOf(directory: string): Promise<string[]> {
    const restored = await startRestored(directory, this.binaries.head);
    try {
      return await compareDeployments(this.client, restored.connect(), { copyWindow: true });
    } finally {
      await restored.stop();
      await rm(directory, { recursive: true, force: true });
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.captures.splice(0).map((capture) => capture.close()));
    await this.parts.set.stop();
    await this.parts.temporary.remove();
  }

  private get signal(): { signal?: AbortSignal } {
    const { signal } = this.parts.options;
    return signal === undefined ? {} : { signal };
  }
}

export interface ReplayOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}
