import { isOneOf } from '@headwater/errors';
import { assertKey, assertPrefix, storeErrors } from '@headwater/object-store';
import type { ListOptions, ObjectInfo, ObjectStore, StoreTraits } from '@headwater/object-store';
import { Connection } from './connection.js';
import { codeOf, failureOf } from './failure.js';
import { isKey, ListingOrder, listPage } from './listing.js';
import type { Page } from './listing.js';
import { Operations } from './operations.js';
import { makeBucket, probeReading, probeWriting } from './probe.js';
import { isThere, rangeOutside, readPart, readWhole, sizeAndTime } from './reading.js';
import type { S3Settings } from './s3-settings.js';
import { createInOne, createInParts, singleBytes } from './upload.js';
import type { CreateOutcome } from './upload.js';
import { clearOldUploads } from './old-uploads.js';

export interface S3Opening {
  /** Who writes tries at the opening that create-only holds, and aborts uploads that others left behind. */
  readonly access: 'read' | 'write';
  /** Makes the bucket where there is none. */
  readonly makeBucket: boolean;
}

/** Longer bodies are not sent before it was asked whether the object is there. */
const unaskedBytes = 128 * 1024;

/** Objects of one bucket of an S3 server, below a prefix. For any number of processes on any number of hosts. */
export class S3Store implements ObjectStore {
  readonly traits: StoreTraits;
  private readonly connection: Connection;
  private readonly operations: Operations;
  /** What stands before every key in the bucket. */
  private readonly root: string;

  private constructor(
    settings: S3Settings,
    connection: Connection,
    operations: Operations,
    traits: StoreTraits,
  ) {
    this.traits = traits;
    this.connection = connection;
    this.operations = operations;
    this.root = rootOf(settings);
  }

  /**
   * @throws storeErrors.unavailable (retryable); bucketMissing, accessRefused, clockSkewed, endpointRefused, each of which
   * names the setting; unsuited when the store does not keep create-only.
   */
  static async open(settings: S3Settings, opening: S3Opening): Promise<S3Store> {
    const connection = new Connection(settings);
    const operations = new Operations();
    const root = rootOf(settings);
    const { operationMillis } = connection.deadlines;
    const found = await operations
      .run(`open the bucket ${settings.bucket}`, operationMillis, async (signal) => {
        await findBucket(connection, settings, { ...opening, signal });
        if (opening.access === 'read') return readerTraits;
        await clearOldUploads(connection, operations, { root, signal });
        return probeWriting(connection, operations, { root, signal });
      })
      .catch((error: unknown) => {
        connection.close();
        throw error;
      });
    return new S3Store(settings, connection, operations, found);
  }

  async create(key: string, body: Uint8Array): Promise<CreateOutcome> {
    assertKey(key);
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    return this.run(`create ${key}`, async (signal) => {
      const object = { name: this.root + key, body: bytes, signal };
      // A server refuses before it has read a long body, and its answer may get lost with the connection.
      if (bytes.length > unaskedBytes && (await isThere(this.connection, object))) return 'exists';
      return bytes.length > singleBytes && this.traits.multipart
        ? createInParts(this.connection, this.operations, object)
        : createInOne(this.connection, object);
    });
  }

  async read(key: string): Promise<Buffer> {
    assertKey(key);
    return this.run(`read ${key}`, (signal) =>
      readWhole(this.connection, { key, name: this.root + key, signal }),
    );
  }

  async readRange(key: string, offset: number, length: number): Promise<Buffer> {
    assertKey(key);
    if (length === 0 && isNatural(offset)) return this.readNothing(key, offset);
    return this.run(`read ${key}`, async (signal) => {
      const wanted = { key, name: this.root + key, signal };
      if (isNatural(offset) && isNatural(length))
        return readPart(this.connection, wanted, { offset, length });
      throw rangeOutside(key, offset, length);
    });
  }

  async stat(key: string): Promise<ObjectInfo | null> {
    assertKey(key);
    return this.run(`look at ${key}`, async (signal) => {
      const found = await sizeAndTime(this.connection, { key, name: this.root + key, signal });
      return found === null ? null : { key, ...found };
    });
  }

  async *list(prefix: string, options: ListOptions = {}): AsyncGenerator<ObjectInfo> {
    assertPrefix(prefix);
    const order = new ListingOrder();
    const { startAfter = '' } = options;
    let token: string | null = '';
    while (token !== null) {
      const page: Page = await this.page(prefix, startAfter, token);
      for (const { key: name, ...info } of page.objects) {
        order.check(name);
        const key = name.slice(this.root.length);
        if (key.startsWith(prefix) && isKey(key)) yield { key, ...info };
      }
      token = page.next;
    }
  }

  async remove(key: string): Promise<void> {
    assertKey(key);
    await this.run(`remove ${key}`, async (signal) => {
      const answer = await this.connection.send({ method: 'DELETE', name: this.root + key, signal });
      const isGone = answer.status === 200 || answer.status === 204 || codeOf(answer) === 'NoSuchKey';
      if (!isGone) throw failureOf(`remove ${key}`, answer);
    });
  }

  /** What is under way fails at once. */
  close(): Promise<void> {
    this.operations.close();
    this.connection.close();
    return Promise.resolve();
  }

  private page(prefix: string, startAfter: string, token: string): Promise<Page> {
    return this.run(`list ${prefix}`, (signal) =>
      listPage(this.connection, {
        ...{ prefix: askedPrefix(this.root + prefix), token, signal },
        startAfter: startAfter === '' ? '' : this.root + startAfter,
      }),
    );
  }

  /** S3 has no range of no bytes. */
  private async readNothing(key: string, offset: number): Promise<Buffer> {
    const info = await this.stat(key);
    if (info === null) throw storeErrors.objectMissing(`there is no object ${key}`, { details: { key } });
    if (offset > info.size) throw rangeOutside(key, offset, 0);
    return Buffer.alloc(0);
  }

  private run<T>(what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.operations.run(what, this.connection.deadlines.operationMillis, work);
  }
}

/** Only who is told that there is none needs the right to make it. */
async function findBucket(
  connection: Connection,
  settings: S3Settings,
  { makeBucket: isMade, signal }: S3Opening & { readonly signal: AbortSignal },
): Promise<void> {
  try {
    await probeReading(connection, rootOf(settings), signal);
  } catch (error) {
    if (!isMade || !isOneOf(error, [storeErrors.bucketMissing])) throw error;
    await makeBucket(connection, settings, signal);
    await probeReading(connection, rootOf(settings), signal);
  }
}

const readerTraits: StoreTraits = {
  ...{ kind: 's3', createOnly: 'not-tried', multipart: false, versioning: 'unknown', objectLock: 'unknown' },
};

/** MinIO takes no prefix whose last segment is `.` or `..`: then its folder is asked for, and what is above passed over. */
function askedPrefix(prefix: string): string {
  return /(^|\/)\.{1,2}$/.test(prefix) ? prefix.slice(0, prefix.lastIndexOf('/') + 1) : prefix;
}

function rootOf({ prefix }: S3Settings): string {
  return prefix === '' ? '' : `${prefix}/`;
}

function isNatural(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
