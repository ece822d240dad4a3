import type { ClientSession, Long, Timestamp } from 'mongodb';
import type { CommandDocument, CommandRunner } from './command-runner.js';

export interface RawCursorOptions {
  /** Fields of every getMore: batchSize, and for awaitData cursors maxTimeMS. */
  readonly getMore?: CommandDocument;
  /** For each command, in milliseconds. */
  readonly deadlineMillis?: number;
}

type CursorReply = {
  operationTime?: Timestamp;
  cursor: {
    id: Long;
    ns: string;
    firstBatch?: Buffer[];
    nextBatch?: Buffer[];
    postBatchResumeToken?: unknown;
  };
};

/**
 * A server cursor whose batches are the server's bytes. It lives in a session of its own, since the driver's
 * implicit sessions change hands between commands and a getMore must come from the session of the find.
 */
export class RawCursor {
  private first: Buffer[] | null;
  private id: Long;
  private readonly collection: string;
  /** The newest `postBatchResumeToken`, for `$_resumeAfter`; undefined when the server gave none. */
  resumeToken: unknown;
  /** The state that the newest batch was read from: its last entry's timestamp. Undefined on a standalone. */
  operationTime: Timestamp | undefined;

  private constructor(
    private readonly runner: CommandRunner,
    private readonly session: ClientSession,
    private readonly db: string,
    private readonly options: RawCursorOptions & { reply: CursorReply },
  ) {
    const { cursor, operationTime } = options.reply;
    this.id = cursor.id;
    this.collection = cursor.ns.slice(cursor.ns.indexOf('.') + 1);
    this.first = cursor.firstBatch ?? [];
    this.resumeToken = cursor.postBatchResumeToken;
    this.operationTime = operationTime;
  }

  /** Runs a find or an aggregate. */
  static async open(
    runner: CommandRunner,
    db: string,
    command: CommandDocument,
    options: RawCursorOptions = {},
  ): Promise<RawCursor> {
    const session = runner.startSession();
    try {
      const reply = await runner.runCursor(db, command, { session, deadlineMillis: options.deadlineMillis });
      return new RawCursor(runner, session, db, { ...options, reply: reply as CursorReply });
    } catch (error) {
      await session.endSession();
      throw error;
    }
  }

  /** False once the server has closed the cursor and its last batch was read. */
  get open(): boolean {
    return this.first !== null || !this.id.isZero();
  }

  /** The next batch. It may be empty on a tailable cursor; null when the cursor has ended. */
  async next(): Promise<Buffer[] | null> {
    if (this.first !== null) {
      const batch = this.first;
      this.first = null;
      return batch;
    }
    if (this.id.isZero()) {
      return null;
    }
    const { session, options } = this;
    const command = { getMore: this.id, collection: this.collection, ...options.getMore };
    const reply = (await this.runner.runCursor(this.db, command, {
      session,
      deadlineMillis: options.deadlineMillis,
    })) as CursorReply;
    this.id = reply.cursor.id;
    this.resumeToken = reply.cursor.postBatchResumeToken ?? this.resumeToken;
    this.operationTime = reply.operationTime;
    return reply.cursor.nextBatch ?? [];
  }

  /** Frees the cursor on the server. Safe to call twice, and when the connection is gone. */
  async close(): Promise<void> {
    const { id, session } = this;
    this.first = null;
    if (!id.isZero()) {
      this.id = id.sub(id);
      const command = { killCursors: this.collection, cursors: [id] };
      // A server that cannot be asked frees the cursor with its session.
      await this.runner.run(this.db, command, { deadlineMillis: 2_000 }).catch(() => undefined);
    }
    await session.endSession();
  }
}

/** Every batch of a cursor that ends. Closes it, also when the consumer stops early. */
export async function* batchesOf(opening: Promise<RawCursor>): AsyncGenerator<Buffer[]> {
  const cursor = await opening;
  try {
    for (let batch = await cursor.next(); batch !== null; batch = await cursor.next()) {
      if (batch.length > 0) {
        yield batch;
      }
    }
  } finally {
    await cursor.close();
  }
}
