import type { ClientSession, MongoClient } from 'mongodb';
import { failureOf } from './driver-failure.js';
import { untilAborted } from './interruption.js';

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

export interface RunnerOptions {
  /** The deadline of a command that brings none of its own, in milliseconds. */
  readonly commandMillis: number;
  /** Aborted: commands end with its reason, those under way too. */
  readonly signal?: AbortSignal | undefined;
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
    private readonly options: RunnerOptions,
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
    const { signal } = this.options;
    try {
      signal?.throwIfAborted();
      return await untilAborted(this.client.db(db).command(command, options), signal);
    } catch (error) {
      signal?.throwIfAborted();
      throw failureOf(error, `${Object.keys(command)[0] ?? 'command'} on ${db}`);
    }
  }

  private deadline(millis: number | undefined): AbortSignal {
    return AbortSignal.timeout(millis ?? this.options.commandMillis);
  }
}
