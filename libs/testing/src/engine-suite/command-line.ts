import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isHeadwaterError, messageOf } from '@headwater/errors';
import { probeBinary, type MongodBinary } from '@headwater/mongod';

export const usage = `npm run engine-suite -- --mongod PATH [--head-mongod PATH] [--json FILE]

Tells whether data files that the recovery of this mongod makes are equal to the source, and prints a table. It
starts mongods of its own on 127.0.0.1 with data in the temporary directory (2 GiB are enough), and touches no other.

  --mongod PATH        the mongod of the source
  --head-mongod PATH   another one of the same series that applies the oplog; the same one when left out
  --json FILE          the table as JSON too
Ends with 0 when this server may be relied on, else with 1.`;

/** The series whose data files and oplog Headwater knows. */
const knownSeries = ['5.0', '6.0', '7.0', '8.0'];

export interface EngineSuiteRequest {
  readonly source: MongodBinary;
  readonly head: MongodBinary;
  /** Absolute. */
  readonly json: string | null;
}

/** What was asked for cannot be done; the message says why and what to do. */
export class RequestError extends Error {}

/** @returns null when only the usage was asked for. @throws RequestError */
export async function requestOf(args: readonly string[]): Promise<EngineSuiteRequest | null> {
  const { mongod, 'head-mongod': headMongod, json, help } = parsed(args);
  if (help === true) return null;
  if (mongod === undefined) throw new RequestError(`--mongod is missing.\n\n${usage}`);
  const source = await binaryOf('--mongod', mongod);
  const head = headMongod === undefined ? source : await binaryOf('--head-mongod', headMongod);
  if (head.series !== source.series) {
    throw new RequestError(
      `--head-mongod is ${head.version} and --mongod is ${source.version}: the oplog of one series cannot be applied by another. Name two of one series.`,
    );
  }
  return { source, head, json: json === undefined ? null : resolve(json) };
}

function parsed(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const;
    const options = { mongod: text, 'head-mongod': text, json: text, help: { type: 'boolean' } } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new RequestError(`${messageOf(error)}\n\n${usage}`);
  }
}

async function binaryOf(option: string, path: string): Promise<MongodBinary> {
  const binary = await probeBinary(resolve(path)).catch((error: unknown) => {
    throw new RequestError(`${option}: ${messageOf(error)}\n${remedyOf(error)}`);
  });
  if (knownSeries.includes(binary.series)) return binary;
  throw new RequestError(
    `${option}: ${path} is ${binary.version}, and Headwater knows MongoDB ${knownSeries.join(', ')} only. Name a mongod of one of these.`,
  );
}

/** The loader says which library is missing; everything else the error's own sentence says. */
function remedyOf(error: unknown): string {
  const library = /(lib[\w.+-]+): cannot open shared object/.exec(messageOf(error))?.[1];
  if (library !== undefined) {
    return `Install ${library}, or take the build of this mongod for your distribution: this one is for another.`;
  }
  const name = /version `(\w+)' not found/.exec(messageOf(error))?.[1];
  if (name !== undefined) return `It needs ${name}: take the build of this mongod for your distribution.`;
  return isHeadwaterError(error) ? error.solution : 'Name the path of a mongod binary.';
}
