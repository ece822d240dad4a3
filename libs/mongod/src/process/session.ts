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
 * When `work` throws or the signal aborts, the mongod is killed, and what it told about its own end comes first.
 */
export async function withMongod<T>(
  options: SessionOptions,
  work: (mongod: Mongod) => Promise<T>,
): Promise<T> {
  const { binary, directory, mode, signal } = options;
  const mongod = await Mongod.start(binary, directory, mode, options);
  let result: T;
  try {
    result = await work(mongod);
  } catch (error) {
    const failure = await mongod.failure(error);
    await mongod.kill();
    signal?.throwIfAborted();
    throw failure ?? error;
  }
  await mongod.stop();
  return result;
}
