import os from 'node:os';
import type { UUID } from 'bson';
import { MongoClient, type MongoClientOptions } from 'mongodb';
import { mongodbErrors } from '../mongodb-errors.js';
import { CommandRunner, type CommandDocument, type CommandOptions, type Reply } from './command-runner.js';
import { failureOf } from './driver-failure.js';
import { untilAborted } from './interruption.js';
import { batchesOf, RawCursor, type RawCursorOptions } from './raw-cursor.js';
import { insertRaw, type InsertOptions, type InsertOutcome } from './raw-insert.js';

/** A connection string, or the Unix socket that a mongod of our own listens on. */
export type ConnectionTarget = string | { readonly socketPath: string };

export interface ConnectionOptions {
  /** Shown in the server's log and currentOp. Default `headwater`. */
  readonly appName?: string;
  /** How long to wait until the server answers and accepts us, in milliseconds. Default 10,000. */
  readonly connectMillis?: number;
  /** The deadline of every command that brings none of its own, in milliseconds. Default 30,000. */
  readonly commandMillis?: number;
  /** Aborted: whatever is being done ends at once with the signal's reason, and all that is left to do is to close. */
  readonly signal?: AbortSignal;
}

/** The fields of a find command but its first: filter, sort, hint, projection, limit, batchSize, maxTimeMS, … */
export type FindQuery = CommandDocument;

/** One mongod, whatever its role: nothing is redirected to another member. */
export class DirectConnection {
  private constructor(
    private readonly client: MongoClient,
    /** For the other parts of this lib. */
    readonly runner: CommandRunner,
  ) {}

  /**
   * Connects and authenticates.
   *
   * @throws mongodbErrors.invalidUri, unreachable, authenticationFailed
   */
  static async open(target: ConnectionTarget, options: ConnectionOptions = {}): Promise<DirectConnection> {
    const { commandMillis = 30_000, signal } = options;
    const client = clientOf(target, options);
    try {
      await untilAborted(client.connect(), signal);
    } catch (error) {
      await closeClient(client);
      signal?.throwIfAborted();
      throw failureOf(error, 'connecting');
    }
    return new DirectConnection(client, new CommandRunner(client, { commandMillis, signal }));
  }

  /**
   * Runs one command, once: nothing is retried.
   *
   * @throws one of mongodbErrors; `serverCodeOf(error)` tells the server's code
   */
  async command(db: string, command: CommandDocument, options: CommandOptions = {}): Promise<Reply> {
    return this.runner.run(db, command, options);
  }

  /**
   * Inserts BSON documents byte for byte.
   *
   * @throws mongodbErrors.writeRefused on a write error other than a known `_id` without `ordered`
   */
  async insertRaw(
    db: string,
    collection: string,
    documents: readonly Buffer[],
    options: InsertOptions = {},
  ): Promise<InsertOutcome> {
    return insertRaw(this.runner, { db, collection }, documents, options);
  }

  /** Batches of documents as the server's bytes (views of one reply each), by collection name or UUID. */
  findRaw(
    db: string,
    collection: string | UUID,
    query: FindQuery = {},
    options: RawCursorOptions = {},
  ): AsyncGenerator<Buffer[]> {
    return this.rawBatches(db, { find: collection, ...query }, options);
  }

  /** The same for any command that answers with a cursor. */
  rawBatches(db: string, command: CommandDocument, options: RawCursorOptions = {}): AsyncGenerator<Buffer[]> {
    return batchesOf(RawCursor.open(this.runner, db, command, options));
  }

  /** Ends what is under way. A server that does not answer is not waited for beyond two seconds. */
  async close(): Promise<void> {
    await closeClient(this.client);
  }
}

/** The driver says goodbye to the server, and would wait for its answer for ever. */
const closeMillis = 2_000;

async function closeClient(client: MongoClient): Promise<void> {
  const tooLong = AbortSignal.timeout(closeMillis);
  await untilAborted(client.close(), tooLong).catch((error: unknown) => {
    if (!tooLong.aborted) {
      throw error;
    }
  });
}

/** Enough connections for a tail, a copy and the commands beside them, whatever the URI says. */
const poolSize = 10;

function clientOf(target: ConnectionTarget, options: ConnectionOptions): MongoClient {
  const connectMillis = options.connectMillis ?? 10_000;
  const settings: MongoClientOptions = {
    directConnection: true,
    serverSelectionTimeoutMS: connectMillis,
    connectTimeoutMS: connectMillis,
    maxPoolSize: poolSize,
    appName: options.appName ?? 'headwater',
    // The driver would load it by a dynamic import, which loaders without ES modules (Jest, bundles) refuse.
    runtimeAdapters: { os },
  };
  const uri = typeof target === 'string' ? target : `mongodb://${encodeURIComponent(target.socketPath)}/`;
  try {
    return new MongoClient(uri, settings);
  } catch {
    // The driver's own message quotes the URI with its password, so it is neither shown nor kept as the cause.
    throw mongodbErrors.invalidUri('the connection string cannot be used');
  }
}
