import { randomUUID } from 'node:crypto';
import { isHeadwaterError, messageOf } from '@headwater/errors';
import { storeErrors } from '@headwater/object-store';
import type { StoreTraits } from '@headwater/object-store';
import type { Connection } from './connection.js';
import { codeOf, failureOf } from './failure.js';
import { listPage } from './listing.js';
import type { Operations } from './operations.js';
import type { S3Settings } from './s3-settings.js';
import { createInOne, createInParts } from './upload.js';
import type { CreateOutcome } from './upload.js';
import { rootElement, textOf } from './xml.js';

export interface Probe {
  /** What stands before every key. */
  readonly root: string;
  readonly signal: AbortSignal;
}

const racers = 8;
const rounds = 3;
const ourBucket = new Set(['BucketAlreadyOwnedByYou', 'BucketAlreadyExists']);

/** Makes the bucket unless there is one. */
export async function makeBucket(
  connection: Connection,
  { region }: S3Settings,
  signal: AbortSignal,
): Promise<void> {
  const isDefault = region === 'us-east-1';
  const body = Buffer.from(
    isDefault
      ? ''
      : `<CreateBucketConfiguration><LocationConstraint>${region}</LocationConstraint></CreateBucketConfiguration>`,
  );
  const answer = await connection.send({ method: 'PUT', body, signal });
  if (answer.status === 200 || ourBucket.has(codeOf(answer))) return;
  throw failureOf('make the bucket', answer);
}

/** That the bucket is there, and that this user may list it. */
export async function probeReading(connection: Connection, root: string, signal: AbortSignal): Promise<void> {
  await listPage(connection, { prefix: root, startAfter: '', token: '', limit: 1, signal });
}

/**
 * Tries that of several writers of one key exactly one creates it, on keys below `probes/`, which it removes again.
 *
 * @throws storeErrors.unsuited
 */
export async function probeWriting(
  connection: Connection,
  operations: Operations,
  probe: Probe,
): Promise<StoreTraits> {
  const { root, signal } = probe;
  const names = Array.from({ length: rounds }, () => `${root}probes/${randomUUID()}`);
  try {
    for (const name of names) await race(connection, name, signal);
    const [name = ''] = names;
    return {
      kind: 's3',
      createOnly: 'tried',
      multipart: await keepsExisting(connection, operations, { name, body: Buffer.from('in parts'), signal }),
      versioning: await versioningOf(connection, signal),
      objectLock: await objectLockOf(connection, signal),
    };
  } finally {
    // Where it fails they stay, and nobody minds.
    const remove = (name: string) => connection.send({ method: 'DELETE', name, signal });
    await Promise.allSettled(names.map(remove));
  }
}

async function race(connection: Connection, name: string, signal: AbortSignal): Promise<void> {
  const bodies = Array.from({ length: racers }, (_, n) => Buffer.from(`writer ${n}`));
  const outcomes = await Promise.all(bodies.map((body) => conditional(connection, { name, body, signal })));
  const winners = bodies.filter((_, n) => outcomes[n] === 'created');
  const stored = await connection.send({ method: 'GET', name, signal });
  const [winner] = winners;
  if (winners.length === 1 && winner !== undefined && stored.body.equals(winner)) return;
  throw storeErrors.unsuited(
    `Of ${racers} writers of one key the store told ${winners.length} that they created it, and has "${stored.body.toString().slice(0, 50)}"`,
    { details: { winners: winners.length } },
  );
}

/** A conflict of two writers counts as lost: both may be told so. */
async function conditional(
  connection: Connection,
  object: { readonly name: string; readonly body: Buffer; readonly signal: AbortSignal },
): Promise<CreateOutcome | 'conflict'> {
  try {
    return await createInOne(connection, object);
  } catch (error) {
    if (isHeadwaterError(error) && error.details['status'] === 409) return 'conflict';
    if (isHeadwaterError(error) && isUnknownCondition(error.details)) {
      throw storeErrors.unsuited(`The store does not know conditional writes: ${messageOf(error)}`, {
        cause: error,
      });
    }
    throw error;
  }
}

/** Whether the last request of an upload in parts leaves an object that is there as it is. */
async function keepsExisting(
  connection: Connection,
  operations: Operations,
  object: { readonly name: string; readonly body: Buffer; readonly signal: AbortSignal },
): Promise<boolean> {
  try {
    return (await createInParts(connection, operations, object)) === 'exists';
  } catch (error) {
    if (isHeadwaterError(error) && isUnknownCondition(error.details)) return false;
    throw error;
  }
}

function isUnknownCondition({ code, status }: Readonly<Record<string, unknown>>): boolean {
  return (
    status === 501 || code === 'NotImplemented' || code === 'InvalidArgument' || code === 'InvalidRequest'
  );
}

async function versioningOf(connection: Connection, signal: AbortSignal): Promise<StoreTraits['versioning']> {
  const answer = await connection.send({ method: 'GET', query: { versioning: '' }, signal });
  const root = answer.status === 200 ? rootElement(answer.body, 'VersioningConfiguration') : null;
  if (root === null) return 'unknown';
  const status = textOf(root, 'Status');
  if (status === 'Enabled') return 'on';
  return status === 'Suspended' ? 'suspended' : 'off';
}

async function objectLockOf(connection: Connection, signal: AbortSignal): Promise<StoreTraits['objectLock']> {
  const answer = await connection.send({ method: 'GET', query: { 'object-lock': '' }, signal });
  if (answer.status === 404) return 'off';
  const root = answer.status === 200 ? rootElement(answer.body, 'ObjectLockConfiguration') : null;
  if (root === null) return 'unknown';
  return textOf(root, 'ObjectLockEnabled') === 'Enabled' ? 'on' : 'off';
}
