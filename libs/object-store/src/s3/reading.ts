import { storeErrors } from '@headwater/object-store';
import type { Answer } from './answer.js';
import type { Connection } from './connection.js';
import { codeOf, failureOf } from './failure.js';

export interface Wanted {
  readonly key: string;
  /** The key with the prefix. */
  readonly name: string;
  readonly signal: AbortSignal;
}

export async function readWhole(connection: Connection, { key, name, signal }: Wanted): Promise<Buffer> {
  const answer = await connection.send({ method: 'GET', name, signal });
  if (answer.status !== 200) throw failureOfRead(key, answer);
  assertLength(key, answer);
  return answer.body;
}

export async function readPart(
  connection: Connection,
  { key, name, signal }: Wanted,
  { offset, length }: { readonly offset: number; readonly length: number },
): Promise<Buffer> {
  const last = offset + length - 1;
  const headers = { range: `bytes=${offset}-${last}` };
  const answer = await connection.send({ method: 'GET', name, headers, signal });
  if (answer.status === 416 || codeOfRange(answer) === 'InvalidRange')
    throw rangeOutside(key, offset, length);
  if (answer.status !== 206) throw failureOfRead(key, answer);
  assertLength(key, answer);
  const [, from, to] = /^bytes (\d+)-(\d+)\//.exec(answer.header('content-range') ?? '') ?? [];
  if (Number(from) !== offset || to === undefined) {
    throw storeErrors.unavailable(`the store gave other bytes of ${key} than were asked for`);
  }
  if (Number(to) < last) throw rangeOutside(key, offset, length);
  if (answer.body.length !== length) throw storeErrors.unavailable(`the store gave too many bytes of ${key}`);
  return answer.body;
}

export async function sizeAndTime(
  connection: Connection,
  wanted: Wanted,
): Promise<{ size: number; createdAt: Date } | null> {
  const { key, name, signal } = wanted;
  let answer = await connection.send({ method: 'HEAD', name, signal });
  while (answer.status === 404) {
    if (isObjectMissing(answer) || (await isMissing(connection, wanted))) return null;
    // It was created between the two requests.
    answer = await connection.send({ method: 'HEAD', name, signal });
  }
  if (answer.status !== 200) throw failureOf(`look at ${key}`, answer);
  const size = Number(answer.header('content-length') ?? NaN);
  const createdAt = new Date(answer.header('last-modified') ?? NaN);
  if (!Number.isSafeInteger(size) || Number.isNaN(createdAt.getTime())) {
    throw storeErrors.unavailable(`the store does not tell size and time of ${key}`);
  }
  return { size, createdAt };
}

/** Only whether it is there for sure: where it is not, whatever comes next tells why. */
export async function isThere(
  connection: Connection,
  { name, signal }: Omit<Wanted, 'key'>,
): Promise<boolean> {
  return (await connection.send({ method: 'HEAD', name, signal })).status === 200;
}

export function rangeOutside(key: string, offset: number, length: number): Error {
  return storeErrors.rangeOutside(`${key} does not have ${length} bytes from byte ${offset} on`, {
    details: { key, offset, length },
  });
}

/** The answer to HEAD has no body, and so only with MinIO's headers tells a missing object from a missing bucket. */
async function isMissing(connection: Connection, { key, name, signal }: Wanted): Promise<boolean> {
  const answer = await connection.send({ method: 'GET', name, headers: { range: 'bytes=0-0' }, signal });
  if (answer.status < 400 || answer.status === 416) return false;
  const failure = failureOfRead(key, answer);
  if (isObjectMissing(answer)) return true;
  throw failure;
}

function failureOfRead(key: string, answer: Answer): Error {
  return isObjectMissing(answer)
    ? storeErrors.objectMissing(`there is no object ${key}`, { details: { key } })
    : failureOf(`read ${key}`, answer);
}

function isObjectMissing(answer: Answer): boolean {
  return answer.status === 404 && codeOf(answer) === 'NoSuchKey';
}

function codeOfRange({ status, header, body }: Answer): string {
  return status < 400 ? '' : codeOf({ status, header, body });
}

/** A body without a length could end anywhere. */
function assertLength(key: string, answer: Answer): void {
  if (answer.header('content-length') === undefined) {
    throw storeErrors.unavailable(`the store does not tell how long ${key} is`);
  }
}
