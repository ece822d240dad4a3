import type { ClientSession, MongoClient } from 'mongodb';
import { failureOf } from './driver-failure.js';

/** A command, or a part of one: plain BSON values. */
export type CommandDocument = Readonly<Record<string, unknown>>;
/** A reply as the driver decoded it. */
export type Reply = Record<string, unknown>;

export interface CommandOptions {
  /** False leaves numbers, binaries and the like as BSON classes, so that nothing loses precision. Default true. */
  readonly promoteValues?: boolean;
  /** True leaves every document nested in the reply as a Buffer with the server's bytes. Default false. */
  readonly raw?: boolean;
  /** How long to wait for the reply, in milliseconds. Default: the connection's `commandMillis`. */
  readonly deadlineMillis?: number;
}

interface CursorCommandOptions {
  readonly session: ClientSession;
  readonly deadlineMillis?: number | undefined;
}

const batches = { firstBatch: true, nextBatch: true };

/** Runs commands on one client. Every command has a deadline; every failure is one of `mongodbErrors`. */
export class CommandRunner {
  constructor(
    private readonly client: MongoClient,
    private readonly commandMillis: number,
  ) {}

  async run(db: string, command: CommandDocument, options: CommandOptions = {}): Promise<Reply> {
    const { deadlineMillis, ...decoding } = options;
    return this.send(db, command, { ...decoding, signal: this.deadline(deadlineMillis) });
  }

  /** For find, aggregate and getMore: the documents of a batch are Buffers, everything else keeps its BSON type. */
  async runCursor(db: string, command: CommandDocument, options: CursorCommandOptions): Promise<Reply> {
    const { session, deadlineMillis } = options;
    const decoding = { promoteValues: false, fieldsAsRaw: batches };
    return this.send(db, command, { ...decoding, session, signal: this.deadline(deadlineMillis) });
  }

  /** A cursor belongs to the session that made it. */
  startSession(): ClientSession {
    return this.client.startSession({ causalConsistency: false });
  }

  private async send(db: string, command: CommandDocument, options: object): Promise<Reply> {
    try {
      return await this.client.db(db).command(command, options);
    } catch (error) {
      throw failureOf(error, `${Object.keys(command)[0] ?? 'command'} on ${db}`);
    }
  }

  private deadline(millis: number | undefined): AbortSignal {
    return AbortSignal.timeout(millis ?? this.commandMillis);
  }
}
