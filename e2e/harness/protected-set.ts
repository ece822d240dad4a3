import { randomBytes } from 'node:crypto';
import type { MongoClient } from 'mongodb';
import type { MongodBinary } from '@headwater/mongod';
import {
  NumberedWriter,
  startReplicaSet,
  testMongod,
  type Member,
  type ReplicaSet,
} from '@headwater/testing';
import { Headwater, type HeadwaterOptions } from './headwater.js';

export interface ProtectedSetOptions extends Omit<HeadwaterOptions, 'uri' | 'binary'> {
  /** Of the numbered writer; 200 unless told otherwise. */
  readonly writesPerSecond?: number;
  /** Data that is there before anything else, and makes an initial sync last. None unless told otherwise. */
  readonly fillerMiB?: number;
  /** Of the source's oplog; that of `startReplicaSet` unless told otherwise. */
  readonly oplogMiB?: number;
  /** As `startReplicaSet` has it. */
  readonly checkpointSeconds?: number;
  /** WiredTiger's cache of the source; 256 unless told otherwise. */
  readonly cacheMiB?: number;
  /** What else is done to the source before Headwater comes. */
  prepare?(source: MongoClient): Promise<unknown>;
}

/** How far back the source can tell what it was; a loaded machine takes its time until somebody asks. */
const minSnapshotHistoryWindowInSeconds = 1800;

/** A replica set of one member under a numbered load, and a Headwater that protects it. */
export class ProtectedSet {
  static async start(options: ProtectedSetOptions = {}): Promise<ProtectedSet> {
    const binary = await testMongod();
    const set = await startReplicaSet({
      binary,
      cacheMiB: options.cacheMiB ?? 256,
      ...(options.oplogMiB === undefined ? {} : { oplogMiB: options.oplogMiB }),
      ...(options.checkpointSeconds === undefined ? {} : { checkpointSeconds: options.checkpointSeconds }),
      parameters: { minSnapshotHistoryWindowInSeconds },
    });
    let writer: NumberedWriter | undefined;
    try {
      const source = set.connect();
      await fill(source, options.fillerMiB ?? 0);
      await options.prepare?.(source);
      writer = NumberedWriter.start(source, { ratePerSecond: options.writesPerSecond ?? 200 });
      const headwater = await Headwater.start({ ...options, uri: set.uri, binary });
      return new ProtectedSet(binary, set, source, { writer, headwater });
    } catch (error) {
      await writer?.stop();
      await set.stop();
      throw error;
    }
  }

  readonly writer: NumberedWriter;
  readonly headwater: Headwater;

  private constructor(
    readonly binary: MongodBinary,
    private readonly set: ReplicaSet,
    /** A client of the replica set. */
    readonly source: MongoClient,
    parts: { readonly writer: NumberedWriter; readonly headwater: Headwater },
  ) {
    this.writer = parts.writer;
    this.headwater = parts.headwater;
  }

  /** The only member. */
  get member(): Member {
    const [member] = this.set.members;
    if (member === undefined) throw new Error('the set has no member');
    return member;
  }

  /** More data of the source that no compression makes smaller: as much in its oplog. */
  fill(mebibytes: number): Promise<void> {
    return fill(this.source, mebibytes);
  }

  /** Ends everything. @throws what `Headwater.stop` throws, after the rest has ended too. */
  async stop(): Promise<void> {
    await this.writer.stop();
    try {
      await this.headwater.stop();
    } finally {
      await this.set.stop();
    }
  }
}

const fillerBytes = 16 * 1024;

/** Documents that no compression makes smaller. */
async function fill(source: MongoClient, mebibytes: number): Promise<void> {
  const collection = source.db('filler').collection('documents');
  for (let n = 0; n < mebibytes; n++) {
    const documents = Array.from({ length: (1024 * 1024) / fillerBytes }, () => ({
      filler: randomBytes(fillerBytes),
    }));
    await collection.insertMany(documents);
  }
}
