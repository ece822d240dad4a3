import { startReplicaSet, testMongod } from '@headwater/testing';
import { deserialize, serialize } from 'bson';
import { systemClock } from '@headwater/clock';
import { DirectConnection } from '../connection/direct-connection.js';
import { ReplicaSetSource } from '../replica-set-source.js';
import { startOneMemberSet, until, type MongodProcess } from '../spec-support/mongod-process.js';
import type { SourceCollection } from './source-collection.js';

describe('the documents of an initial sync', () => {
  let mongod: MongodProcess;
  let writer: DirectConnection;
  let source: ReplicaSetSource;

  beforeAll(async () => {
    mongod = await startOneMemberSet((await testMongod()).path);
    writer = await mongod.connect();
  });
  afterAll(async () => {
    await writer.close();
    await mongod.stop();
  });
  beforeEach(async () => {
    source = await ReplicaSetSource.open(mongod.uri, { appName: 'spec', clock: systemClock });
  });
  afterEach(async () => {
    await source.close();
  });

  it('gives every document of a collection that is renamed while it is read', async () => {
    const sent = await fill('renamed', 200);
    const read = await readAll(await begunAndListed('renamed'), async (batch) => {
      if (batch === 1) {
        await writer.command('admin', { renameCollection: 'db.renamed', to: 'db.renamedLater' });
      }
    });
    expect(new Set(read.map(idOf))).toEqual(new Set(sent.map(idOf)));
    expect(Buffer.concat(read).equals(Buffer.concat(sent))).toBe(true);
  });

  it('gives every document of a collection that is renamed, and replaced, before it is read', async () => {
    const sent = await fill('before', 20);
    const collection = await begunAndListed('before');
    await writer.command('admin', { renameCollection: 'db.before', to: 'db.beforeLater' });
    await writer.insertRaw('db', 'before', [Buffer.from(serialize({ _id: 'other' }))]);
    expect((await readAll(collection)).map(idOf)).toEqual(sent.map(idOf));
  });

  it('ends early when the collection is dropped, before or while it is read', async () => {
    await fill('dropped', 200);
    const collection = await begunAndListed('dropped');
    const read = await readAll(collection, async (batch) => {
      if (batch === 1) {
        await writer.command('db', { drop: 'dropped' });
      }
    });
    expect(read.length).toBeGreaterThan(0);
    expect(read.length).toBeLessThan(200);
    expect(await readAll(collection)).toEqual([]);
  });

  it('goes on after its cursor is killed, and begins again when the place to go on is gone', async () => {
    const sent = await fill('killed', 200);
    const read = await readAll(await begunAndListed('killed'), async (batch, last) => {
      if (batch === 1) {
        await killCursors('killed');
      }
      if (batch === 3) {
        // The next batch is here already, so the record to resume at is the last one of that.
        await writer.command('db', { delete: 'killed', deletes: [{ q: { _id: { $gt: last } }, limit: 0 }] });
        await killCursors('killed');
      }
    });
    const kept = sent.filter((document) => read.some((other) => other.equals(document)));
    expect(kept.length).toBeGreaterThanOrEqual(await remaining('killed'));
    expect(read.length).toBeGreaterThan(new Set(read.map(idOf)).size);
  });

  it.each([
    ['clustered', { clusteredIndex: { key: { _id: 1 }, unique: true } }],
    ['capped', { capped: true, size: 50_000_000 }],
  ])('resumes in a %s collection too', async (name, options) => {
    await writer.command('db', { create: name, ...options });
    const sent = await fill(name, 200);
    const collection = await begunAndListed(name);
    const read = await readAll(collection, async (batch) => {
      if (batch === 1) {
        await killCursors(name);
      }
    });
    expect(Buffer.concat(read).equals(Buffer.concat(sent))).toBe(true);
    expect(collection.idIndex === null).toBe(name === 'clustered');
  });

  it('gives every document when the member crashes and comes back: its record ids are others then', async () => {
    const set = await startReplicaSet({ binary: await testMongod() });
    const [member] = set.members;
    const mine = await DirectConnection.open(member?.directUri ?? '');
    const documents = Array.from({ length: 100 }, (_, n) => documentOf(n));
    await mine.insertRaw('db', 'crashing', documents);
    await mine.close();
    const other = await ReplicaSetSource.open(set.uri, { appName: 'spec', clock: systemClock });
    await other.beginSync();
    const collection = (await other.collections()).find(({ name }) => name === 'crashing');
    const read: Buffer[] = [];
    for await (const batch of other.documents(collection ?? missing('crashing'))) {
      if (read.length === 0) {
        await member?.kill9();
        await member?.restart();
      }
      read.push(...batch);
    }
    await other.close();
    await set.stop();
    expect(new Set(read.map(idOf))).toEqual(new Set(documents.map(idOf)));
  });

  it('does not wait for a member that is gone when the source is closed', async () => {
    await fill('unread', 200);
    const collection = await begunAndListed('unread');
    const reading = readAll(collection, async (batch) => {
      if (batch === 1) {
        await source.close();
      }
    });
    await expect(reading).rejects.toMatchObject({ code: 'MONGODB-10009', message: 'the source was closed' });
  });

  async function fill(collection: string, count: number): Promise<Buffer[]> {
    const documents = Array.from({ length: count }, (_, n) => documentOf(n));
    await writer.insertRaw('db', collection, documents);
    return documents;
  }

  async function begunAndListed(name: string): Promise<SourceCollection> {
    await source.beginSync();
    const collection = (await source.collections()).find((one) => one.db === 'db' && one.name === name);
    return collection ?? missing(name);
  }

  /** `between` runs after each batch, with its number and the largest _id read so far. */
  async function readAll(
    collection: SourceCollection,
    between: (batch: number, last: unknown) => Promise<void> = () => Promise.resolve(),
  ): Promise<Buffer[]> {
    const read: Buffer[] = [];
    let batches = 0;
    for await (const batch of source.documents(collection)) {
      read.push(...batch);
      const last = batch.at(-1);
      await between(++batches, last === undefined ? null : idOf(last));
    }
    return read;
  }

  /** Waits until the batch ahead has been read, so that the cursor is idle. */
  async function killCursors(collection: string): Promise<void> {
    await until(async () => {
      const reply = await writer.command('admin', {
        aggregate: 1,
        pipeline: [
          { $currentOp: { idleCursors: true } },
          { $match: { type: 'idleCursor', ns: `db.${collection}` } },
        ],
        cursor: {},
      });
      const { cursor } = reply as { cursor: { firstBatch: { cursor: { cursorId: unknown } }[] } };
      const cursors = cursor.firstBatch.map((idle) => idle.cursor.cursorId);
      await writer.command('db', { killCursors: collection, cursors });
      return cursors.length > 0;
    });
  }

  async function remaining(collection: string): Promise<number> {
    return Number((await writer.command('db', { count: collection }))['n']);
  }
});

function idOf(document: Buffer): unknown {
  return deserialize(document)['_id'];
}

/** 100 kB: some forty are a batch. */
function documentOf(_id: number): Buffer {
  return Buffer.from(serialize({ _id, pad: 'x'.repeat(100_000) }));
}

function missing(name: string): never {
  throw new Error(`${name} is not listed`);
}
