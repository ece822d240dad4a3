import { storeErrors } from '@headwater/object-store';
import { sha256Of } from './connection.js';
import type { Connection } from './connection.js';
import { codeOf, failureOf } from './failure.js';
import type { Operations } from './operations.js';
import { neededText, rootElement } from './xml.js';

export type CreateOutcome = 'created' | 'exists';

export interface NewObject {
  /** With the prefix. */
  readonly name: string;
  readonly body: Buffer;
  readonly signal: AbortSignal;
}

interface Part {
  readonly number: number;
  readonly etag: string;
  readonly sha256: string;
}

/** S3 takes 10,000 parts, each but the last of at least 5 MiB. */
const leastPartBytes = 8 * 1024 * 1024;
const mostParts = 10_000;
const partsAtOnce = 4;

/** Bodies up to so many bytes go in one request. */
export const singleBytes = leastPartBytes;

const onlyIfNew = { 'if-none-match': '*' };

export async function createInOne(
  connection: Connection,
  { name, body, signal }: NewObject,
): Promise<CreateOutcome> {
  const sha256 = sha256Of(body);
  const answer = await connection.send({ method: 'PUT', name, headers: onlyIfNew, body, sha256, signal });
  if (answer.status === 200) return 'created';
  if (answer.status === 412) return 'exists';
  throw failureOf(`create ${name}`, answer);
}

/**
 * Sends an object in parts. They count for nothing until the last request, which fails where the object exists. Whatever
 * comes of it, no part stays behind while the server can be reached.
 */
export async function createInParts(
  connection: Connection,
  operations: Operations,
  object: NewObject,
): Promise<CreateOutcome> {
  const { name, signal } = object;
  const headers = { 'x-amz-checksum-algorithm': 'SHA256' };
  const begun = await connection.send({ method: 'POST', name, query: { uploads: '' }, headers, signal });
  const root = rootElement(begun.body, 'InitiateMultipartUploadResult');
  if (begun.status !== 200 || root === null) throw failureOf(`begin the upload of ${name}`, begun);
  const uploadId = neededText(root, 'UploadId');
  let outcome: CreateOutcome | null = null;
  try {
    outcome = await complete(connection, object, {
      uploadId,
      parts: await sendParts(connection, object, uploadId),
    });
    return outcome;
  } finally {
    if (outcome !== 'created') await abandon(connection, operations, { name, uploadId });
  }
}

/** Best effort: what stays is aborted at a later opening, or by the bucket's lifecycle. */
export async function abandon(
  connection: Connection,
  operations: Operations,
  { name, uploadId }: { readonly name: string; readonly uploadId: string },
): Promise<void> {
  const abort = (signal: AbortSignal) =>
    connection.send({ method: 'DELETE', name, query: { uploadId }, signal });
  await operations.run('abort an upload', connection.deadlines.clearingMillis, abort).catch(() => undefined);
}

/** A few at once. Where one fails the others are ended before it is told: none may arrive after the upload was aborted. */
async function sendParts(connection: Connection, object: NewObject, uploadId: string): Promise<Part[]> {
  const { body } = object;
  const partBytes = Math.max(leastPartBytes, Math.ceil(body.length / mostParts));
  const count = Math.ceil(body.length / partBytes);
  const parts: Part[] = [];
  const failed = new AbortController();
  const signal = AbortSignal.any([object.signal, failed.signal]);
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const at = next;
      next += 1;
      const piece = body.subarray(at * partBytes, (at + 1) * partBytes);
      parts[at] = await sendPart(
        connection,
        { ...object, body: piece, signal },
        { uploadId, number: at + 1 },
      );
    }
  };
  const guarded = async (): Promise<void> => {
    try {
      await worker();
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: Math.min(partsAtOnce, count) }, guarded));
  if (failed.signal.aborted) throw failed.signal.reason;
  if (ends.some(({ status }) => status === 'rejected')) throw storeErrors.unavailable('a part was not sent');
  return parts;
}

async function sendPart(
  connection: Connection,
  { name, body, signal }: NewObject,
  { uploadId, number }: { readonly uploadId: string; readonly number: number },
): Promise<Part> {
  const sha256 = sha256Of(body);
  const query = { partNumber: String(number), uploadId };
  const answer = await connection.send({ method: 'PUT', name, query, body, sha256, signal });
  const etag = answer.header('etag');
  if (answer.status !== 200 || etag === undefined) throw failureOf(`take part ${number} of ${name}`, answer);
  return { number, etag, sha256: sha256.toString('base64') };
}

async function complete(
  connection: Connection,
  { name, signal }: NewObject,
  { uploadId, parts }: { readonly uploadId: string; readonly parts: readonly Part[] },
): Promise<CreateOutcome> {
  const rows = parts.map(
    ({ number, etag, sha256 }) =>
      `<Part><PartNumber>${number}</PartNumber><ETag>${escaped(etag)}</ETag><ChecksumSHA256>${sha256}</ChecksumSHA256></Part>`,
  );
  const body = Buffer.from(`<CompleteMultipartUpload>${rows.join('')}</CompleteMultipartUpload>`);
  const headers = { ...onlyIfNew, 'content-type': 'application/xml' };
  const answer = await connection.send({ method: 'POST', name, query: { uploadId }, headers, body, signal });
  // A server that takes long begins its answer with 200 and tells in the body that it failed.
  const isDone = answer.status === 200 && rootElement(answer.body, 'CompleteMultipartUploadResult') !== null;
  if (isDone) return 'created';
  if (answer.status === 412 || codeOf(answer) === 'PreconditionFailed') return 'exists';
  throw answer.status === 200 && codeOf(answer) === 'status 200'
    ? storeErrors.unavailable(`the store did not say whether it has ${name}`)
    : failureOf(`end the upload of ${name}`, answer);
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
}
