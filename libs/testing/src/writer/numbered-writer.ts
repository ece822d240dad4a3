import type { Db, Document, MongoClient } from 'mongodb';
import { systemClock, type Clock } from '@headwater/clock';
import type { OplogTimestamp } from '@headwater/oplog';
import { operationTimeOf } from '../cluster-time.js';
import { Pace } from '../pace.js';
import { WriteHistory, type ExpectedState } from './write-history.js';

export interface NumberedWriterOptions {
  /** `numbered` unless told otherwise. */
  readonly database?: string;
  /** Over how many collections the numbers go round; 4 unless told otherwise. */
  readonly collections?: number;
  /** `majority` unless told otherwise. */
  readonly writeConcern?: 'majority' | 1;
  /** Writes a second, all together; 200 unless told otherwise. */
  readonly ratePerSecond?: number;
  /** Writes under way at the same time; 4 unless told otherwise. */
  readonly concurrency?: number;
  /** Every so many writes one is an update; 3 unless told otherwise, 0 for inserts only. */
  readonly updateEvery?: number;
  /** Size of the filler of each document in bytes; 100 unless told otherwise. */
  readonly payloadBytes?: number;
  readonly clock?: Clock;
}

/** A pause after a write that failed, so that a set without a primary is not flooded. */
const pauseAfterFailureMillis = 50;

/**
 * Writes numbered documents `{_id: n, by, payload}` and knows of every acknowledged write at which cluster time the
 * server applied it: `verify` can say "every write up to T is there and none after".
 *
 * Each write is a command of its own without retries: the `operationTime` of its reply is its place in the oplog,
 * while that of a retried write would lie behind it. A write whose answer is an error may or may not be there.
 */
export class NumberedWriter {
  /** Begins at once and goes on until `stop`. The client stays the caller's. */
  static start(client: MongoClient, options: NumberedWriterOptions = {}): NumberedWriter {
    return new NumberedWriter(client, options);
  }

  private readonly history = new WriteHistory();
  private readonly abort = new AbortController();
  private readonly lanes: Promise<void>[];
  private readonly db: Db;
  private readonly payload: Buffer;
  private readonly errors: unknown[] = [];
  private last = 0;

  private constructor(
    client: MongoClient,
    private readonly options: NumberedWriterOptions,
  ) {
    this.db = client.db(options.database ?? 'numbered');
    this.payload = Buffer.alloc(options.payloadBytes ?? 100, 'headwater ');
    const pace = new Pace(options.ratePerSecond ?? 200, options.clock);
    this.lanes = Array.from({ length: options.concurrency ?? 4 }, () => this.lane(pace));
  }

  /** Writes acknowledged so far. */
  get acknowledged(): number {
    return this.history.acknowledged;
  }

  /** The cluster time of the newest acknowledged write; null before the first. */
  get latest(): OplogTimestamp | null {
    return this.history.latest;
  }

  /** What was thrown by writes that were not acknowledged. */
  get failures(): readonly unknown[] {
    return this.errors;
  }

  /** Resolves when no write is under way any more. */
  async stop(): Promise<void> {
    this.abort.abort();
    await Promise.all(this.lanes);
  }

  /** The state after every write up to `time`, inclusive, and none after it. */
  expectedAt(time: OplogTimestamp): ExpectedState {
    return this.history.expectedAt(time);
  }

  /** Compares a deployment with the state at `time`: what differs, one line a document; empty when nothing does. */
  async verify(client: MongoClient, time: OplogTimestamp): Promise<string[]> {
    const found = new Map<number, number>();
    const twice: string[] = [];
    const db = client.db(this.db.databaseName);
    for (let index = 0; index < this.collections; index++) {
      const name = this.collectionOf(index);
      for await (const { _id, by } of db.collection<Numbered>(name).find({}, { projection: { by: 1 } })) {
        if (found.has(_id) || this.collectionOf(_id) !== name) twice.push(`document ${_id} is in ${name}`);
        found.set(_id, by);
      }
    }
    return [...this.history.differencesAt(time, found), ...twice];
  }

  private get collections(): number {
    return this.options.collections ?? 4;
  }

  private collectionOf(number: number): string {
    return `c${number % this.collections}`;
  }

  private async lane(pace: Pace): Promise<void> {
    const { signal } = this.abort;
    const clock = this.options.clock ?? systemClock;
    while (await pace.turn(signal)) {
      try {
        await this.write(++this.last);
      } catch (error) {
        this.errors.push(error);
        await clock.sleep(pauseAfterFailureMillis, signal).catch(() => undefined);
      }
    }
  }

  private async write(number: number): Promise<void> {
    const every = this.options.updateEvery ?? 3;
    const target = every > 0 && number % every === 0 ? this.someInserted(number) : undefined;
    if (target === undefined) {
      const acknowledge = this.history.insert(number);
      const document: Numbered = { _id: number, by: number, payload: this.payload };
      acknowledge(await this.applied({ insert: this.collectionOf(number), documents: [document] }));
    } else {
      const acknowledge = this.history.update(target, number);
      const update = { q: { _id: target }, u: { $set: { by: number } } };
      acknowledge(await this.applied({ update: this.collectionOf(target), updates: [update] }));
    }
  }

  /** Spread over everything that was inserted, the same for the same history. */
  private someInserted(number: number): number | undefined {
    const { inserted } = this.history;
    return inserted[(number * 7919) % inserted.length];
  }

  private async applied(command: Document): Promise<OplogTimestamp> {
    const writeConcern = { w: this.options.writeConcern ?? 'majority' };
    const reply: WriteReply = await this.db.command({ ...command, writeConcern });
    if (reply.n !== 1 || reply.writeErrors || reply.writeConcernError) {
      throw new Error(`write not acknowledged: ${JSON.stringify(reply)}`);
    }
    return operationTimeOf(reply);
  }
}

interface Numbered {
  readonly _id: number;
  readonly by: number;
  readonly payload: Buffer;
}

interface WriteReply {
  readonly n?: number;
  readonly writeErrors?: unknown;
  readonly writeConcernError?: unknown;
}
