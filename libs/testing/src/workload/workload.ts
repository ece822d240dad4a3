import type { MongoClient } from 'mongodb';
import type { Clock } from '@headwater/clock';
import { Pace } from '../pace.js';
import { Random } from '../random.js';
import { expectedRace } from './expected-race.js';
import { collectionChanges } from './kinds/collection-changes.js';
import { documents } from './kinds/documents.js';
import { indexChanges } from './kinds/index-changes.js';
import { indexedDocuments } from './kinds/indexed-documents.js';
import { specialCollections } from './kinds/special-collections.js';
import { transactions } from './kinds/transactions.js';
import { unusualNames } from './kinds/unusual-names.js';
import { users } from './kinds/users.js';
import { Scene, type Kind, type Operation, type WorkloadSizes } from './scene.js';

/** All kinds of data that a workload can have, by name. */
export const workloadKinds = {
  documents,
  indexedDocuments,
  specialCollections,
  transactions,
  indexChanges,
  collectionChanges,
  users,
  unusualNames,
} as const satisfies Record<string, Kind>;

export type WorkloadKind = keyof typeof workloadKinds;

export interface WorkloadOptions {
  /** The same seed makes the same choices in the same order. */
  readonly seed: number;
  /** Main database and prefix of the others; `work` unless told otherwise. */
  readonly database?: string;
  /** All unless told otherwise. Without `indexChanges` and `collectionChanges` there is little DDL. */
  readonly kinds?: readonly WorkloadKind[];
  /** Steps a second; 50 unless told otherwise. A step is one command up to some dozens of documents. */
  readonly ratePerSecond?: number;
  /** 2000 documents, large ones of 15 MiB and no large transactions unless told otherwise. */
  readonly sizes?: Partial<WorkloadSizes>;
  readonly clock?: Clock;
}

/** What became of a step: done, or why it was refused. */
export interface StepOutcome {
  readonly operation: string;
  readonly refused: string | null;
}

const standardSizes: WorkloadSizes = { documents: 2000, largeDocumentMiB: 15, largeTransactionMiB: 0 };

/**
 * A seeded write load over all kinds of data that a backup must bring back. What a step does depends on the seed and
 * its number alone; whether the server refuses it may depend on what came before.
 */
export class Workload {
  private readonly kinds: readonly Kind[];
  private readonly operations: readonly Operation[];
  private readonly counts = new Map<string, { done: number; refused: number }>();
  private steps = 0;

  constructor(private readonly options: WorkloadOptions) {
    const names = options.kinds ?? (Object.keys(workloadKinds) as WorkloadKind[]);
    this.kinds = names.map((name) => workloadKinds[name]);
    this.operations = this.kinds.flatMap((kind) => kind.operations);
  }

  /** How often each operation was done and refused so far. */
  get outcomes(): ReadonlyMap<string, { readonly done: number; readonly refused: number }> {
    return this.counts;
  }

  /** Makes the base of every kind. Once, on a deployment that has none of its databases. */
  async prepare(client: MongoClient): Promise<void> {
    for (const [index, kind] of this.kinds.entries()) {
      await kind.prepare(this.scene(client, new Random(this.options.seed, -1 - index)));
    }
  }

  /** Steps at the set rate until the signal is aborted; the running step is awaited. @throws what `step` throws. */
  async run(client: MongoClient, signal: AbortSignal): Promise<void> {
    const pace = new Pace(this.options.ratePerSecond ?? 50, this.options.clock);
    while (await pace.turn(signal)) await this.step(client);
  }

  /**
   * One operation. An expected race is an outcome, not an error.
   *
   * @throws Error when the server refuses for another reason.
   */
  async step(client: MongoClient): Promise<StepOutcome> {
    const number = ++this.steps;
    const random = new Random(this.options.seed, number);
    const operation = random.weighted(this.operations);
    const refused = await attempt(operation, this.scene(client, random, number));
    const count = this.counts.get(operation.name) ?? { done: 0, refused: 0 };
    count[refused === null ? 'done' : 'refused'] += 1;
    this.counts.set(operation.name, count);
    return { operation: operation.name, refused };
  }

  private scene(client: MongoClient, random: Random, number = 0): Scene {
    const sizes = { ...standardSizes, ...this.options.sizes };
    return new Scene(client, { database: this.options.database ?? 'work', sizes }, random, number);
  }
}

async function attempt(operation: Operation, scene: Scene): Promise<string | null> {
  try {
    await operation.run(scene);
    return null;
  } catch (error) {
    const race = expectedRace(error);
    if (race !== null) return race;
    throw new Error(`workload step ${scene.number} (${operation.name}) failed`, { cause: error });
  }
}
