import { rmSync } from 'node:fs';
import { mkdir, realpath } from 'node:fs/promises';
import { connect } from 'node:net';
import { systemClock, type Clock } from '@headwater/clock';
import { isOneOf, isRetryable } from '@headwater/errors';
import { DirectConnection } from '@headwater/mongodb';
import { acceptsParameter, type MongodBinary } from '../binary/mongod-binary.js';
import { mongodErrors } from '../errors.js';
import { mongodArguments, socketPathOf, type MongodMode } from './arguments.js';
import { Child, describeExit, type Exit } from './child.js';
import { gistOfLog, logFileOf, logSize, prepareLog } from './log.js';
import { endPredecessor } from './predecessor.js';
import { makeSocketDirectory, removeSocketDirectory } from './socket-directory.js';

export interface MongodOptions {
  /** WiredTiger's cache in MiB, 256 at least. Default 512. */
  readonly cacheMiB?: number;
  /** Default `<directory>.mongod.log`. Lines are appended. */
  readonly logFile?: string;
  /** How long a start may neither succeed nor log anything, in milliseconds; recover has no limit. Default 120,000. */
  readonly silentMillis?: number;
  /** How long a clean stop may take, in milliseconds. Default 600,000. */
  readonly stopMillis?: number;
  /** How long to wait for a lock that nobody visible holds, in milliseconds. Default 10,000. */
  readonly lockMillis?: number;
  /** Kills the process when aborted, at any time. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
}

interface Started {
  readonly child: Child;
  readonly connection: DirectConnection;
  readonly socketDirectory: string;
  readonly logFile: string;
  readonly logFrom: number;
  /** Entries above the user document limit can be inserted. */
  readonly largeEntries: boolean;
}

const pollMillis = 20;
const breakMillis = 2_000;
const lockPollMillis = 200;

/** A standalone mongod of our own on a data directory, reachable through a private Unix socket only. */
export class Mongod {
  readonly connection: DirectConnection;
  readonly pid: number;
  /** It takes entries above the limit of a user's document. */
  readonly largeEntries: boolean;
  /** Resolves when the process is gone, however it went; never rejects. */
  readonly ended: Promise<void>;
  private readonly onAbort = (): void => void this.kill();

  /**
   * Starts mongod on `directory`, which is made if it is missing. With 'recover' this resolves when the replay has
   * reached the top of the oplog, however long that takes. A mongod that a killed process left on the directory is
   * ended first; so unclean files are nothing special.
   *
   * @throws mongodErrors.directoryInUse, startFailed, startSilent, socketPathTooLong, and the signal's reason.
   */
  static async start(
    binary: MongodBinary,
    directory: string,
    mode: MongodMode,
    options: MongodOptions = {},
  ): Promise<Mongod> {
    const { clock = systemClock, lockMillis = 10_000, signal } = options;
    await mkdir(directory, { recursive: true });
    const path = await realpath(directory);
    const giveUpAt = clock.ticksMillis() + lockMillis;
    for (;;) {
      await endPredecessor(path, clock);
      try {
        return await Mongod.attempt(binary, path, mode, options);
      } catch (error) {
        // A process on its way out has no command line any more, and its locks a moment longer.
        if (!isOneOf(error, [mongodErrors.directoryInUse]) || clock.ticksMillis() > giveUpAt) throw error;
      }
      await clock.sleep(lockPollMillis, signal);
    }
  }

  private static async attempt(
    binary: MongodBinary,
    path: string,
    mode: MongodMode,
    options: MongodOptions,
  ): Promise<Mongod> {
    const { cacheMiB = 512, signal } = options;
    const largeEntries = await acceptsParameter(binary, 'allowDocumentsGreaterThanMaxUserSize');
    const logFile = options.logFile ?? logFileOf(path);
    const logFrom = await prepareLog(logFile);
    signal?.throwIfAborted();
    const socketDirectory = await makeSocketDirectory();
    try {
      const args = mongodArguments({ directory: path, socketDirectory, mode, cacheMiB, largeEntries });
      const onAbandoned = (): void => {
        rmSync(socketDirectory, { recursive: true, force: true });
      };
      const child = await Child.spawn(binary.path, args, { logFile, onAbandoned });
      const launch = { child, socketDirectory, logFile, logFrom, largeEntries };
      const connection = await reach(launch, mode, options);
      return new Mongod({ ...launch, connection }, options);
    } catch (error) {
      await removeSocketDirectory(socketDirectory);
      throw error;
    }
  }

  private constructor(
    private readonly started: Started,
    private readonly options: MongodOptions,
  ) {
    this.connection = started.connection;
    this.pid = started.child.pid;
    this.largeEntries = started.largeEntries;
    this.ended = started.child.ended.then(() => undefined);
    options.signal?.addEventListener('abort', this.onAbort, { once: true });
    // A signal that was aborted before tells nobody any more.
    if (options.signal?.aborted === true) this.onAbort();
  }

  /**
   * Shuts down cleanly: afterwards the files are final. Safe to call twice.
   *
   * @throws mongodErrors.uncleanStop when it ended in any other way, or took too long and was killed.
   */
  async stop(): Promise<void> {
    const { child, connection } = this.started;
    if (child.exit === null) {
      // The server closes the connection instead of answering; its exit code tells the rest.
      const shutdown = { shutdown: 1, force: true, timeoutSecs: 1 };
      void connection.command('admin', shutdown).catch(() => undefined);
    }
    const exit = await stopped(child, this.options);
    await this.release();
    if (exit?.code === 0) return;
    const how = exit === null ? 'took too long to stop and was killed' : `stopped with ${describeExit(exit)}`;
    throw mongodErrors.uncleanStop(await this.story(how));
  }

  /** Ends it at once, whatever it does. Its files are unclean then, and the next start recovers them. */
  async kill(): Promise<void> {
    // In this order: the driver looks ten seconds for a server that is gone, to tell it that its sessions end.
    const closed = this.connection.close();
    await this.started.child.kill();
    await closed;
    await this.release();
  }

  /**
   * The reason behind `cause` when that is that the process ended by itself: an error with the story its log tells.
   * Null while it runs.
   */
  async failure(cause: unknown): Promise<Error | null> {
    const { child } = this.started;
    // The connection breaks a moment before the process is gone.
    const broken = isRetryable(cause);
    const exit = broken ? await endedWithin(child, breakMillis, this.options.clock) : child.exit;
    if (exit === null) return null;
    return mongodErrors.ended(await this.story(`ended by itself with ${describeExit(exit)}`), { cause });
  }

  private async story(what: string): Promise<string> {
    return storyOf(this.started, what);
  }

  private async release(): Promise<void> {
    this.options.signal?.removeEventListener('abort', this.onAbort);
    await this.connection.close();
    await removeSocketDirectory(this.started.socketDirectory);
  }
}

type Launch = Omit<Started, 'connection'>;

/** Resolves when the mongod answers and is the very process that was started; else none is left running. */
async function reach(launch: Launch, mode: MongodMode, options: MongodOptions): Promise<DirectConnection> {
  try {
    await listening(launch, mode, options);
    return await connected(launch);
  } catch (error) {
    await launch.child.kill();
    throw error;
  }
}

async function connected({ child, socketDirectory }: Launch): Promise<DirectConnection> {
  const connection = await DirectConnection.open({ socketPath: socketPathOf(socketDirectory) });
  try {
    const { pid } = await connection.command('admin', { serverStatus: 1 });
    if (Number(pid) === child.pid) return connection;
    throw mongodErrors.strangerAnswered(`pid ${Number(pid)} answered for ${child.pid}.`);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** A recovery logs nothing for long whiles, so there only the end of the process ends the wait. */
async function listening(launch: Launch, mode: MongodMode, options: MongodOptions): Promise<void> {
  const { clock = systemClock, silentMillis = 120_000, signal } = options;
  let heard = { at: clock.ticksMillis(), size: launch.logFrom };
  while (!(await accepts(socketPathOf(launch.socketDirectory)))) {
    const { exit } = launch.child;
    if (exit !== null) throw await startFailure(launch, describeExit(exit));
    const size = await logSize(launch.logFile);
    if (size !== heard.size) heard = { at: clock.ticksMillis(), size };
    if (mode !== 'recover' && clock.ticksMillis() - heard.at > silentMillis) {
      throw mongodErrors.startSilent(
        await storyOf(launch, `did nothing for ${silentMillis} ms at its start`),
      );
    }
    await clock.sleep(pollMillis, signal);
  }
}

async function startFailure(launch: Launch, how: string): Promise<Error> {
  const story = await storyOf(launch, `did not start: ${how}`);
  return /DBPathInUse/.test(story) ? mongodErrors.directoryInUse(story) : mongodErrors.startFailed(story);
}

async function storyOf({ logFile, logFrom }: Launch, what: string): Promise<string> {
  return `mongod ${what}. Its log ${logFile} says:\n${await gistOfLog(logFile, logFrom)}`;
}

function accepts(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const answer = (accepted: boolean) => () => {
      socket.destroy();
      resolve(accepted);
    };
    socket.once('connect', answer(true));
    socket.once('error', answer(false));
  });
}

/** How it ended, or null when it had to be killed because its time was over. */
async function stopped(child: Child, { clock, stopMillis = 600_000 }: MongodOptions): Promise<Exit | null> {
  const exit = await endedWithin(child, stopMillis, clock);
  if (exit === null) await child.kill();
  return exit;
}

async function endedWithin(child: Child, millis: number, clock: Clock = systemClock): Promise<Exit | null> {
  const over = new AbortController();
  const deadline = clock.sleep(millis, over.signal).then(
    () => null,
    () => null,
  );
  const exit = await Promise.race([child.ended, deadline]);
  over.abort();
  return exit;
}
