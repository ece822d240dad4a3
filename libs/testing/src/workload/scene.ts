import type { Collection, Db, MongoClient, Timestamp } from 'mongodb';
import type { Random } from '../random.js';

export interface WorkloadSizes {
  /** Documents of the base, all kinds together; some hundreds at least. */
  readonly documents: number;
  /** Of the large documents; 15 at most, 0 for none. */
  readonly largeDocumentMiB: number;
  /** Of the large transactions; 0 for none. Above 16 one becomes several oplog entries. */
  readonly largeTransactionMiB: number;
}

/** A document of any shape. */
export interface WorkDocument {
  _id: number | string | Date | Timestamp;
  [field: string]: unknown;
}

export interface Stage {
  /** The main database, and the prefix of the others. */
  readonly database: string;
  readonly sizes: WorkloadSizes;
}

/** Where an operation plays, and the chance it may use: everything it chooses comes from `random` and `number`. */
export class Scene {
  readonly db: Db;

  constructor(
    readonly client: MongoClient,
    private readonly stage: Stage,
    readonly random: Random,
    /** Of the step; 0 while the base is prepared. */
    readonly number = 0,
  ) {
    this.db = client.db(stage.database);
  }

  get sizes(): WorkloadSizes {
    return this.stage.sizes;
  }

  collection(name: string): Collection<WorkDocument> {
    return this.db.collection<WorkDocument>(name);
  }

  /** A second database beside the main one. */
  beside(suffix: string): Db {
    return this.client.db(`${this.stage.database}-${suffix}`);
  }

  /** An _id that no other step uses. `index` is below 1000. */
  freshId(index = 0): number {
    return 1_000_000 + this.number * 1000 + index;
  }

  /** The _id of some document of a base collection; it may be gone by now. */
  baseId(): number {
    return this.random.below(this.share);
  }

  /** Documents in each large base collection. */
  get share(): number {
    return Math.ceil(this.sizes.documents / 4);
  }

  /** `count` documents with the _ids 0 up to `count`. */
  documents(count: number, make: (index: number) => Omit<WorkDocument, '_id'>): WorkDocument[] {
    return Array.from({ length: count }, (_, _id) => ({ ...make(_id), _id }));
  }
}

/** One thing that a workload does. It may be refused by the server when it meets what another step left behind. */
export interface Operation {
  readonly name: string;
  /** How often it is chosen, beside the weights of all others; above 0. */
  readonly weight: number;
  run(scene: Scene): Promise<unknown>;
}

/** One kind of data, as operators have them: its base and what happens to it. */
export interface Kind {
  readonly name: string;
  prepare(scene: Scene): Promise<unknown>;
  readonly operations: readonly Operation[];
}
