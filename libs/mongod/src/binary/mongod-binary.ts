import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { messageOf } from '@headwater/errors';
import { mongodErrors } from '../errors.js';

const run = promisify(execFile);

/** A mongod that was seen to run on this machine. */
export interface MongodBinary {
  /** Absolute. */
  readonly path: string;
  /** Three numbers, `6.0.5`. */
  readonly version: string;
  /** Major and minor, `6.0`: what must equal the source's. */
  readonly series: string;
}

/** `6.0` of `6.0.5`. */
export function seriesOf(version: string): string {
  return version.split('.', 2).join('.');
}

/**
 * Asks the binary for its version.
 *
 * @throws mongodErrors.notAMongod when it does not run here or is something else.
 */
export async function probeBinary(path: string): Promise<MongodBinary> {
  const output = await run(path, ['--version'], { timeout: 30_000 }).catch((cause: unknown) => {
    throw mongodErrors.notAMongod(`${path} does not run: ${messageOf(cause)}`, { cause });
  });
  const version = /^db version v(\d+\.\d+\.\d+)/m.exec(output.stdout)?.[1];
  if (version === undefined) {
    throw mongodErrors.notAMongod(`${path} is no mongod: it does not tell a version.`);
  }
  return { path, version, series: seriesOf(version) };
}

const parametersKnown = new Map<string, Promise<boolean>>();

/**
 * Whether this very binary takes a start parameter: patch levels of one series differ, so versions are not
 * compared. It is asked without touching a data directory, once per path and version.
 */
export function acceptsParameter(binary: MongodBinary, parameter: string): Promise<boolean> {
  const key = [binary.path, binary.version, parameter].join('\n');
  const known = parametersKnown.get(key) ?? askParameter(binary, parameter);
  parametersKnown.set(key, known);
  return known;
}

async function askParameter(binary: MongodBinary, parameter: string): Promise<boolean> {
  const question = ['--setParameter', `${parameter}=true`, '--outputConfig'];
  return run(binary.path, question, { timeout: 30_000 }).then(
    () => true,
    () => false,
  );
}
