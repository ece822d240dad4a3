import { randomBytes } from 'node:crypto';
import type { AnyBulkWriteOperation, Collection, MongoClient } from 'mongodb';
import { Pace, Random } from '@headwater/testing';

export interface SteadyLoadOptions {
  readonly writesPerSecond: number;
  /** How many there are all the time. */
  readonly documents: number;
  readonly seed: number;
}

interface Kept {
  readonly _id: number;
  readonly by: number;
  readonly filler: Buffer;
}

const writesTogether = 10;
/** A server that takes its time over one command is not to set the rate. */
const lanes = 8;
const documentsTogether = 1000;
const fillerBytes = 450;

/** Inserts, updates and deletes at a steady rate on a collection whose size stays as it is. */
export class SteadyLoad {
  /** Makes the documents, and begins. */
  static async start(client: MongoClient, options: SteadyLoadOptions): Promise<SteadyLoad> {
    const load = new SteadyLoad(client.db('soak').collection<Kept>('documents'), options);
    await load.fill();
    load.resume();
    return load;
  }

  /** Writes that the server has acknowledged, without the first documents. */
  acknowledged = 0;
  private readonly random: Random;
  private readonly abort = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private oldest = 0;
  private next = 0;

  private constructor(
    private readonly collection: Collection<Kept>,
    private readonly options: SteadyLoadOptions,
  ) {
    this.random = new Random(options.seed);
  }

  /** Resolves when no write is under way any more. @throws what a write threw. */
  async stop(): Promise<void> {
    this.abort.abort();
    await this.running;
  }

  private async fill(): Promise<void> {
    await this.collection.createIndex({ by: 1 });
    while (this.next < this.options.documents) {
      await this.collection.insertMany(Array.from({ length: documentsTogether }, () => this.document()));
    }
  }

  private resume(): void {
    const pace = new Pace(this.options.writesPerSecond / writesTogether);
    this.running = Promise.all(Array.from({ length: lanes }, () => this.lane(pace))).then(() => undefined);
    // Thrown by `stop`.
    this.running.catch(() => undefined);
  }

  private async lane(pace: Pace): Promise<void> {
    while (await pace.turn(this.abort.signal)) {
      const writes = Array.from({ length: writesTogether }, () => this.write());
      await this.collection.bulkWrite(writes);
      this.acknowledged += writes.length;
    }
  }

  /** Half of them updates, the other half inserts and deletes in turn. An update may find its document not yet or no longer. */
  private write(): AnyBulkWriteOperation<Kept> {
    if (this.random.chance(0.5)) {
      const _id = this.oldest + this.random.below(this.next - this.oldest);
      return { updateOne: { filter: { _id }, update: { $set: { by: this.random.below(1_000_000) } } } };
    }
    if (this.next - this.oldest > this.options.documents) {
      return { deleteOne: { filter: { _id: this.oldest++ } } };
    }
    return { insertOne: { document: this.document() } };
  }

  private document(): Kept {
    return { _id: this.next++, by: 0, filler: randomBytes(fillerBytes) };
  }
}
