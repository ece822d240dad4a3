import type { IncomingMessage } from 'node:http';
import { storeErrors } from '@headwater/object-store';

/** What a server answered, read to its end. */
export interface Answer {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  readonly body: Buffer;
}

/** No list, error or document of S3 is longer; an object is as long as its header says. */
const longestUntold = 16 * 1024 * 1024;

/**
 * Reads a response to its end.
 *
 * @throws storeErrors.unavailable when its body is not as long as its header says.
 */
export async function answerOf(response: IncomingMessage, method: string): Promise<Answer> {
  const header = (name: string): string | undefined => {
    const value = response.headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  const told = header('content-length');
  const length = method === 'HEAD' || told === undefined ? null : Number(told);
  const body = length === null ? await untoldBody(response) : await toldBody(response, length);
  return { status: response.statusCode ?? 0, header, body };
}

/** In one piece of memory: an object of 64 MiB takes no more than that. */
async function toldBody(response: IncomingMessage, length: number): Promise<Buffer> {
  const body = Buffer.allocUnsafeSlow(length);
  let filled = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    if (filled + piece.length > length)
      throw storeErrors.unavailable(`an answer went on behind its ${length} bytes`);
    body.set(piece, filled);
    filled += piece.length;
  }
  if (filled < length) throw storeErrors.unavailable(`an answer of ${length} bytes ended after ${filled}`);
  return body;
}

/** Sent in chunks: Node tells when the last one is missing. */
async function untoldBody(response: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > longestUntold)
      throw storeErrors.unavailable(`an answer without a length went on behind ${longestUntold} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
