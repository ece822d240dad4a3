import type { MongodBinary } from '../binary/mongod-binary.js';
import type { MongodMode } from './arguments.js';
import { Mongod, type MongodOptions } from './mongod.js';

export interface SessionOptions extends MongodOptions {
  readonly binary: MongodBinary;
  readonly directory: string;
  readonly mode: MongodMode;
}

/**
 * Starts a mongod, lets `work` use it and stops it cleanly: when this resolves, the files are final.
 *
 * When `work` throws, the mongod is killed. When the signal aborts or the mongod ends by itself, this throws as soon
 * as no process is left on the directory, the signal's reason or the story that the log tells, and `work` is left alone with a
 * connection that is closed.
 */
export async function withMongod<T>(
  options: SessionOptions,
  work: (mongod: Mongod) => Promise<T>,
): Promise<T> {
  const { binary, directory, mode, signal } = options;
  const mongod = await Mongod.start(binary, directory, mode, options);
  let result: T;
  try {
    result = await unlessGone(mongod, work(mongod));
  } catch (error) {
    if (signal?.aborted === true) {
      // It was killed with the signal. Whoever takes the directory next must not meet it there.
      await mongod.ended;
      throw signal.reason;
    }
    const failure = await mongod.failure(error);
    await mongod.kill();
    throw failure ?? error;
  }
  await mongod.stop();
  return result;
}

/** The driver would look for a server that is gone for ten seconds, command by command. */
function unlessGone<T>(mongod: Mongod, working: Promise<T>): Promise<T> {
  const gone = mongod.ended.then(() => {
    throw new Error('mongod is gone');
  });
  return Promise.race([working, gone]);
}
