import { testMongod } from '@headwater/testing';
import { messageOf } from '@headwater/errors';
import { serialize, Long, Timestamp, type UUID } from 'bson';
import { MongodProcess } from '../spec-support/mongod-process.js';
import { DirectConnection } from './direct-connection.js';
import { serverCodeOf } from './driver-failure.js';

/** Documents that a decode and an encode would change. */
const odd: Readonly<Record<string, Buffer>> = {
  'a key twice': raw([int32('_id', 1), int32('a', 1), int32('a', 2)]),
  'keys that look like integers, not in order': raw([
    int32('_id', 2),
    int32('10', 1),
    int32('9', 2),
    int32('a', 3),
  ]),
  'a double that holds an integer': raw([int32('_id', 3), double('d', [0, 0, 0, 0, 0, 0, 0xf0, 0x3f])]),
  'a long within 53 bits': Buffer.from(serialize({ _id: 4, n: Long.fromNumber(5) })),
  'a timestamp below the top level': Buffer.from(
    serialize({ _id: 5, x: { ts: new Timestamp({ t: 0, i: 0 }) } }),
  ),
  'a NaN with a payload': raw([int32('_id', 6), double('d', [1, 2, 3, 0, 0, 0, 0xf8, 0x7f])]),
};

describe('DirectConnection', () => {
  let mongod: MongodProcess;
  let connection: DirectConnection;

  beforeAll(async () => {
    mongod = await MongodProcess.start((await testMongod()).path);
    connection = await DirectConnection.open({ socketPath: mongod.socketPath });
  });
  afterAll(async () => {
    await connection.close();
    await mongod.stop();
  });

  it.each(Object.entries(odd))('stores and reads back byte for byte: %s', async (name, document) => {
    await expect(connection.insertRaw('db', name, [document])).resolves.toEqual({
      inserted: 1,
      duplicates: 0,
    });
    expect(await all(connection.findRaw('db', name))).toEqual([document]);
  });

  it('keeps order and every document over many batches', async () => {
    const sent = Array.from({ length: 5000 }, (_, n) =>
      Buffer.from(serialize({ _id: n, pad: 'x'.repeat(n % 3000) })),
    );
    expect(await connection.insertRaw('db', 'many', sent)).toEqual({ inserted: 5000, duplicates: 0 });
    const batches: Buffer[][] = [];
    for await (const batch of connection.findRaw(
      'db',
      'many',
      { batchSize: 700 },
      { getMore: { batchSize: 700 } },
    )) {
      batches.push(batch);
    }
    expect(batches.length).toBe(8);
    expect(Buffer.concat(batches.flat()).equals(Buffer.concat(sent))).toBe(true);
  });

  it('counts known ids when unordered, and throws on any other write error', async () => {
    await connection.command('db', {
      createIndexes: 'unique',
      indexes: [{ key: { a: 1 }, name: 'a', unique: true }],
    });
    const of = (_id: number, a: number): Buffer => Buffer.from(serialize({ _id, a }));
    await connection.insertRaw('db', 'unique', [of(1, 1), of(2, 2)]);
    expect(
      await connection.insertRaw('db', 'unique', [of(1, 1), of(3, 3), of(2, 2)], { ordered: false }),
    ).toEqual({
      inserted: 1,
      duplicates: 2,
    });
    await expect(connection.insertRaw('db', 'unique', [of(9, 3)], { ordered: false })).rejects.toMatchObject({
      code: 'MONGODB-10011',
      details: { serverCode: 11000 },
    });
    await expect(connection.insertRaw('db', 'unique', [of(1, 1)])).rejects.toMatchObject({
      code: 'MONGODB-10011',
    });
  });

  it('reads by UUID', async () => {
    await connection.insertRaw('db', 'byUuid', [Buffer.from(serialize({ _id: 1 }))]);
    const listed = (await connection.command(
      'db',
      { listCollections: 1, filter: { name: 'byUuid' } },
      { promoteValues: false },
    )) as { cursor: { firstBatch: [{ info: { uuid: UUID } }] } };
    expect(await all(connection.findRaw('db', listed.cursor.firstBatch[0].info.uuid))).toHaveLength(1);
  });

  it('frees the cursor when the reader stops early', async () => {
    for await (const batch of connection.findRaw('db', 'many', { batchSize: 2 })) {
      expect(batch).toHaveLength(2);
      break;
    }
    const status = (await connection.command('admin', { serverStatus: 1 })) as {
      metrics: { cursor: { open: { total: number } } };
    };
    expect(status.metrics.cursor.open.total).toBe(0);
  });

  it('tells the code of a refused command', async () => {
    const refused = connection.command('db', { find: 'x', noSuchField: 1 });
    await expect(refused).rejects.toMatchObject({ code: 'MONGODB-10010', retryable: false });
    expect(serverCodeOf(await refused.catch((error: unknown) => error))).toBe(40415);
  });

  it('gives up at the deadline, and works again after it', async () => {
    const sleeping = connection.command(
      'db',
      { find: 'many', filter: { $where: 'sleep(2000)||true' } },
      { deadlineMillis: 300 },
    );
    await expect(sleeping).rejects.toMatchObject({ code: 'MONGODB-10008', retryable: true });
    await expect(connection.command('db', { ping: 1 })).resolves.toMatchObject({ ok: 1 });
  });

  it('never shows the connection string', async () => {
    const secret = 'mongodb://user:pass:word@127.0.0.1/?tls=maybe';
    const failure = await DirectConnection.open(secret).catch((error: unknown) => error as Error);
    expect(failure).toMatchObject({ code: 'MONGODB-10001' });
    expect(
      JSON.stringify([messageOf(failure), (failure as Error).stack, (failure as Error).cause]),
    ).not.toContain('pass');
  });
});

async function all(batches: AsyncIterable<Buffer[]>): Promise<Buffer[]> {
  const documents: Buffer[] = [];
  for await (const batch of batches) {
    documents.push(...batch);
  }
  return documents;
}

function raw(elements: readonly Buffer[]): Buffer {
  const body = Buffer.concat([...elements, Buffer.from([0])]);
  const length = Buffer.alloc(4);
  length.writeInt32LE(body.length + 4);
  return Buffer.concat([length, body]);
}

function int32(key: string, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return Buffer.concat([Buffer.from([0x10]), Buffer.from(`${key}\0`), bytes]);
}

function double(key: string, bytes: readonly number[]): Buffer {
  return Buffer.concat([Buffer.from([0x01]), Buffer.from(`${key}\0`), Buffer.from(bytes)]);
}
