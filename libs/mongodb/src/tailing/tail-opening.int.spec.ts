import { testMongod } from '@headwater/testing';
import { serialize } from 'bson';
import { systemClock } from '@headwater/clock';
import { formatPosition, readPosition, type Position } from '@headwater/oplog';
import type { DirectConnection } from '../connection/direct-connection.js';
import { ReplicaSetSource } from '../replica-set-source.js';
import { startOneMemberSet, until, type MongodProcess } from '../spec-support/mongod-process.js';
import type { OplogTail } from './oplog-tail.js';
import type { TailOpening } from './tail-opening.js';

describe('the tail of a replica set', () => {
  let mongod: MongodProcess;
  let writer: DirectConnection;
  let source: ReplicaSetSource;

  beforeAll(async () => {
    // The oplog is cut behind a checkpoint only.
    mongod = await startOneMemberSet((await testMongod()).path, {
      arguments: ['--oplogSize', '1', '--syncdelay', '1'],
    });
    writer = await mongod.connect();
    await writer.command('db', { create: 'numbers' });
    source = await ReplicaSetSource.open(mongod.uri, { appName: 'spec', clock: systemClock });
  });
  afterAll(async () => {
    await source.close();
    await writer.close();
    await mongod.stop();
  });

  it('delivers every entry once, in order and with the bytes of the server, also when it is opened again', async () => {
    const from = await newest();
    const written = writeNumbers(writer, 3_000);
    const read: Buffer[] = [];
    let tail = await opened(source.openTail(from));
    for (let reopenAt = 700; read.length < 3_000;) {
      read.push(...(await tail.next()));
      const last = read.at(-1);
      if (read.length >= reopenAt && last !== undefined) {
        await tail.close();
        tail = await opened(source.openTail(readPosition(last)));
        reopenAt += 700;
      }
    }
    await written;
    await tail.close();
    expect(await sameRange(from, read)).toBe(true);
    expect(read.filter((entry) => entry.includes('numbers'))).toHaveLength(3_000);
  });

  it('delivers the entry itself as the first one when a chain is opened at it', async () => {
    await writeNumbers(writer, 2);
    const at = await newest();
    const tail = await opened(source.openTailAt(at));
    const [first] = await tail.next();
    await tail.close();
    expect(first === undefined ? null : readPosition(first)).toEqual(at);
  });

  it('shows a new entry soon, and answers with nothing when there is none', async () => {
    await writeNumbers(writer, 1);
    const tail = await opened(source.openTail(await newest()));
    expect(await tail.next()).toEqual([]);
    expect(await tail.next()).toEqual([]);
    const before = performance.now();
    await writeNumbers(writer, 1);
    const read = await readUntil(tail, 1);
    expect(performance.now() - before).toBeLessThan(400);
    expect(read).toHaveLength(1);
    await tail.close();
  });

  it('says fork when our entry has another term, or is missing below a newer one', async () => {
    await writeNumbers(writer, 3);
    const at = await newest();
    expect(await source.openTail({ ...at, term: at.term + 1 })).toEqual({ kind: 'fork', found: at });
    const missing = { ts: { t: at.ts.t - 1, i: 77_777 }, term: at.term };
    expect(await source.openTail(missing)).toMatchObject({ kind: 'fork' });
  });

  it('says behind when the member has nothing at or above our entry', async () => {
    const { ts, term } = await newest();
    expect(await source.openTail({ ts: { t: ts.t + 1_000, i: 1 }, term })).toEqual({ kind: 'behind' });
  });

  it('is interrupted when its cursor is killed, and goes on when opened again', async () => {
    const from = await newest();
    const tail = await opened(source.openTail(from));
    await tail.next();
    const reading = tail.next();
    await killCursors(writer);
    await expect(reading).rejects.toMatchObject({ code: 'MONGODB-10012', retryable: true });
    await tail.close();
    await writeNumbers(writer, 5);
    const again = await opened(source.openTail(from));
    expect(await sameRange(from, await readUntil(again, 5))).toBe(true);
    await again.close();
  });

  it('is interrupted when the oplog rolls over its position, and then finds the gap', async () => {
    const from = await newest();
    const tail = await opened(source.openTail(from));
    await tail.next();
    await rollOver(from);
    const first = await tail.next().catch((error: unknown) => error);
    expect(first).toMatchObject({ code: 'MONGODB-10012', retryable: true, details: { serverCode: 136 } });
    await tail.close();
    const { oldest } = await source.oplogBounds();
    const opening = await source.openTail(from);
    expect(opening.kind).toBe('gap');
    expect(opening.kind === 'gap' && opening.oldest.ts.t >= oldest.ts.t).toBe(true);
  });

  async function newest(): Promise<Position> {
    return (await source.oplogBounds()).newest;
  }

  /** Is `read` exactly what the oplog holds above `from`, up to the last one read? */
  async function sameRange(from: Position, read: readonly Buffer[]): Promise<boolean> {
    const expected: Buffer[] = [];
    for await (const batch of writer.findRaw('local', 'oplog.rs')) {
      expected.push(...batch);
    }
    const positions = expected.map((entry) => formatPosition(readPosition(entry)));
    const begin = positions.indexOf(formatPosition(from)) + 1;
    return begin > 0 && Buffer.concat(read).equals(Buffer.concat(expected.slice(begin, begin + read.length)));
  }

  async function rollOver(position: Position): Promise<void> {
    await until(async () => {
      await writer.insertRaw('db', 'big', [Buffer.from(serialize({ pad: 'x'.repeat(500_000) }))]);
      return (await source.oplogBounds()).oldest.ts.t > position.ts.t;
    });
  }
});

async function opened(opening: Promise<TailOpening>): Promise<OplogTail> {
  const result = await opening;
  if (result.kind !== 'ok') {
    throw new Error(`the tail did not open: ${JSON.stringify(result)}`);
  }
  return result.tail;
}

async function readUntil(tail: OplogTail, count: number): Promise<Buffer[]> {
  const read: Buffer[] = [];
  await until(async () => {
    read.push(...(await tail.next()));
    return read.length >= count;
  });
  return read;
}

/** One oplog entry each. */
async function writeNumbers(connection: DirectConnection, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    await connection.command('db', { insert: 'numbers', documents: [{ n }], writeConcern: { w: 1 } });
  }
}

/** The tail's cursor sits in a getMore of the `spec` connection. */
async function killCursors(connection: DirectConnection): Promise<void> {
  await until(async () => {
    const { inprog } = (await connection.command('admin', { currentOp: 1, appName: 'spec' })) as {
      inprog: { opid: number; command?: { getMore?: unknown } }[];
    };
    const tailing = inprog.find(({ command }) => command?.getMore !== undefined);
    if (tailing !== undefined) {
      await connection.command('admin', { killOp: 1, op: tailing.opid });
    }
    return tailing !== undefined;
  });
}
