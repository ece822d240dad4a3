import type { Clock } from '@headwater/clock';
import type { MongodBinary } from '@headwater/mongod';
import { NumberedWriter, startReplicaSet, type ReplicaSet } from '@headwater/testing';
import type { MongoClient } from 'mongodb';
import { count } from '../output/quantities.js';
import type { Step } from '../output/report.js';
import type { OplogTimestamp } from '@headwater/oplog';
import { fillShop, layOutShop, shopDatabase, shopSize } from './shop.js';
import { ShopTraffic } from './shop-traffic.js';

/** Its name is the id of its deployment too. */
export const sampleName = 'sample';

/** With the shop's own, about 200 writes a second. */
const numberedWritesPerSecond = 150;

/** A write waits so long for a server that is gone. */
const longestWaitMillis = 5_000;

export interface SampleOptions {
  readonly binary: MongodBinary;
  /** Of an earlier run, or new. */
  readonly directory: string;
  readonly clock: Clock;
}

/** A replica set of one member with a small shop in it, under a live write load. */
export class Sample {
  /** When this run began to write; null before. */
  firstWrite: OplogTimestamp | null = null;
  private writers: { readonly numbered: NumberedWriter; readonly traffic: ShopTraffic } | null = null;
  private readonly client: MongoClient;

  /** Starts it, on the data of an earlier run where there are any. */
  static async start({ binary, directory, clock }: SampleOptions): Promise<Sample> {
    return new Sample(await startReplicaSet({ binary, name: sampleName, directory }), clock);
  }

  private constructor(
    private readonly set: ReplicaSet,
    private readonly clock: Clock,
  ) {
    this.client = set.connect({ serverSelectionTimeoutMS: longestWaitMillis });
  }

  get uri(): string {
    return this.set.uri;
  }

  /** `host:port` of its member. */
  get host(): string {
    return this.set.members[0]?.host ?? '';
  }

  get running(): boolean {
    return this.set.members.every((member) => member.running);
  }

  /** On the same port and files. Resolves when its mongod answers. */
  async restart(): Promise<void> {
    for (const member of this.set.members) if (!member.running) await member.restart();
  }

  /** Without any order, and now. */
  kill(): void {
    for (const member of this.set.members) void member.kill9();
  }

  /** The writes that a restore is checked by. Null before `beginWriting`. */
  get numbered(): NumberedWriter | null {
    return this.writers?.numbered ?? null;
  }

  /** Fills the shop where an earlier run has not done so. Says whether it had to. */
  async seed(step: Step, signal: AbortSignal): Promise<'seeded' | 'was there'> {
    const db = this.client.db(shopDatabase);
    const about = db.collection<{ _id: string; documents: number }>('about');
    if ((await about.findOne({ _id: 'seeded' }))?.documents === shopSize.documents) return 'was there';
    await db.dropDatabase();
    await layOutShop(db);
    await fillShop(db, signal, (progress) => {
      const { documentsDone, documentsTotal } = progress;
      step.progress(`making sample data: ${count(documentsDone)} of ${count(documentsTotal)} documents`, {
        ...progress,
      });
    });
    await about.insertOne({ _id: 'seeded', documents: shopSize.documents });
    return 'seeded';
  }

  async sizeBytes(): Promise<number> {
    const { dataSize } = await this.client.db(shopDatabase).stats();
    return Number(dataSize);
  }

  /** Numbered writes count from 1, so each run has a database of its own for them. */
  beginWriting(): void {
    const second = Math.floor(this.clock.nowMillis() / 1000);
    const database = `numbered-${second}`;
    this.firstWrite = { t: second, i: 0 };
    this.writers = {
      numbered: NumberedWriter.start(this.client, { database, ratePerSecond: numberedWritesPerSecond }),
      traffic: new ShopTraffic(this.client, this.clock),
    };
  }

  /** For a run without end: the numbered writes, which are all remembered, end; the shop goes on and does not grow. */
  async calmDown(): Promise<void> {
    this.writers?.traffic.takeNoMoreOrders();
    await this.writers?.numbered.stop();
  }

  async stop(): Promise<void> {
    const ended = Promise.all([this.writers?.traffic.stop(), this.writers?.numbered.stop()]);
    // Writes under way would wait for a server that is gone.
    if (!this.running) await this.client.close(true);
    await ended;
    await this.set.stop();
  }
}
