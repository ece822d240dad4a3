import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { calculateObjectSize, deserialize } from 'bson';
import { systemClock } from '@headwater/clock';
import { withMongod, type MongodBinary } from '@headwater/mongod';
import { DirectoryStore } from '@headwater/object-store/directory';
import { readPosition, type OplogTimestamp, type Position } from '@headwater/oplog';
import {
  Capture,
  compareDeployments,
  markOplog,
  startReplicaSet,
  startRestored,
  temporaryDirectory,
  testMongod,
  type ReplicaSet,
  type TemporaryDirectory,
} from '@headwater/testing';
import { RecoveryEngine } from '../recovery-engine.js';

const series = '6.0';

describe('recovery cycles one after the other', () => {
  let binary: MongodBinary;
  let temporary: TemporaryDirectory;
  let set: ReplicaSet;
  let capture: Capture;
  let engine: RecoveryEngine;
  let directory: string;
  let position: Position;

  beforeAll(async () => {
    binary = await testMongod();
    temporary = await temporaryDirectory();
    directory = join(temporary.path, 'head');
    set = await startReplicaSet({ binary, cacheMiB: 1024 });
    engine = new RecoveryEngine({ mongods: () => Promise.resolve(binary), clock: systemClock });
    const client = set.connect();
    await client.db('app').createCollection('large');
    await client.db('app').createCollection('small');
    capture = await Capture.begin(set.uri, await DirectoryStore.open(join(temporary.path, 'store')));
    const { syncId } = await capture.sync();
    ({ position } = await engine.seed({ archive: capture.archive, syncId, directory }));
  });
  afterAll(async () => {
    await capture.close();
    await set.stop();
    await temporary.remove();
  });

  const replayTo = async (to: OplogTimestamp): Promise<Position> => {
    const { archive, chain } = capture;
    ({ restoredTo: position } = await engine.replay({
      archive,
      chain,
      directory,
      series,
      from: position,
      to,
    }));
    return position;
  };
  const archived = async (): Promise<OplogTimestamp> =>
    (await capture.archiveTo(await markOplog(set.connect()))).ts;
  const differences = async (name: string): Promise<string[]> => {
    const copy = join(temporary.path, name);
    await cp(directory, copy, { recursive: true });
    const restored = await startRestored(copy, binary);
    try {
      return await compareDeployments(set.connect(), restored.connect());
    } finally {
      await restored.stop();
      await rm(copy, { recursive: true });
    }
  };
  const oplogOf = async (copy: string): Promise<Position[]> => {
    await cp(directory, copy, { recursive: true });
    return withMongod({ binary, directory: copy, mode: 'inspect' }, async ({ connection }) => {
      const positions: Position[] = [];
      for await (const batch of connection.findRaw('local', 'oplog.rs'))
        positions.push(...batch.map(readPosition));
      return positions;
    });
  };

  it('keep in the oplog what the next one needs, and nothing older', async () => {
    const small = set.connect().db('app').collection<{ _id: number }>('small');
    for (const first of [0, 100]) {
      await small.insertMany(Array.from({ length: 100 }, (_, n) => ({ _id: first + n })));
      await replayTo(await archived());
    }
    const before = position;
    await small.insertMany(Array.from({ length: 100 }, (_, n) => ({ _id: 200 + n })));
    const after = await replayTo(await archived());
    const kept = await oplogOf(join(temporary.path, 'kept'));
    expect(kept[0]).toEqual(before);
    expect(kept.at(-1)).toEqual(after);
  });

  it('stop anywhere in a large transaction and go on', async () => {
    const client = set.connect();
    const session = client.startSession();
    const large = client.db('app').collection<{ _id: number; bytes: Buffer }>('large');
    await session.withTransaction(async () => {
      for (const _id of [1, 2, 3])
        await large.insertOne({ _id, bytes: Buffer.alloc(12 << 20, _id) }, { session });
    });
    await session.endSession();
    const end = await archived();
    const pieces: Position[] = [];
    for await (const batch of capture.archive.oplog.entries(capture.chain, position, end)) {
      for (const entry of batch) {
        const { o } = deserialize(entry.bytes) as { o: { partialTxn?: boolean } };
        if (o.partialTxn === true) pieces.push(entry.position);
      }
    }
    expect(pieces.length).toBeGreaterThanOrEqual(2);
    for (const piece of pieces) {
      expect(await replayTo(piece.ts)).toEqual(piece);
      const { collections } = await engine.inspect({ directory, series });
      expect(collections).toContainEqual({ ns: 'app.large', type: 'collection', documents: 0 });
    }
    await replayTo(end);
    expect(await differences('whole')).toEqual([]);
  });

  it('take entries that are too large for the oplog of an older patch level', async () => {
    const client = set.connect();
    const large = client.db('app').collection<{ _id: number; bytes: Buffer | number; n?: number }>('large');
    const largest = (_id: number): Buffer =>
      Buffer.alloc(16 * 1024 * 1024 - calculateObjectSize({ _id, bytes: Buffer.alloc(0) }), _id);
    // First in the range, in a row, with others between, and last but for the mark.
    for (const _id of [10, 11, 12]) await large.insertOne({ _id, bytes: largest(_id) });
    await large.updateOne({ _id: 11 }, { $set: { bytes: 1 } });
    await large.insertOne({ _id: 13, bytes: largest(13) });
    await replayTo(await archived());
    expect(await differences('by-hand')).toEqual([]);
  });
});
