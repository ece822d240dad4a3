import { existsSync } from 'node:fs';
import { testMongod } from '../mongod-binary.js';
import { eventually } from '../eventually.js';
import { mongoClient } from '../mongo-client.js';
import { temporaryDirectory, type TemporaryDirectory } from '../temporary-directory.js';
import { Member } from './member.js';
import { MongodProcess, PortTaken } from './mongod-process.js';
import { startReplicaSet, type ReplicaSet } from './replica-set.js';
import { startRestored } from './restored.js';

const settings = { cacheMiB: 256, parameters: {} };

let directory: TemporaryDirectory;
beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(() => directory.remove());

describe('startReplicaSet', () => {
  let set: ReplicaSet | undefined;
  afterEach(() => set?.stop());

  it('gives a set of one that takes majority writes, and leaves nothing behind', async () => {
    set = await startReplicaSet({ binary: await testMongod(), name: 'one' });
    const client = set.connect();
    await client
      .db('app')
      .collection('a')
      .insertOne({ a: 1 }, { writeConcern: { w: 'majority' } });
    const { setName } = await client.db('admin').command({ hello: 1 });
    expect(setName).toBe('one');

    const [member] = set.members;
    await set.stop();
    expect(member?.running).toBe(false);
    expect(existsSync(member?.directory ?? '/')).toBe(false);
  });

  it('elects another primary when the primary is killed, and takes the killed member back', async () => {
    set = await startReplicaSet({ binary: await testMongod(), members: 3 });
    const first = await set.primary();
    const accounts = set.connect().db('app').collection<{ _id: number }>('accounts');
    await accounts.insertOne({ _id: 1 }, { writeConcern: { w: 'majority' } });

    const pid = first.pid;
    await first.kill9();
    const second = await set.primary();
    expect(second.port).not.toBe(first.port);
    await expect(accounts.findOne({ _id: 1 })).resolves.toEqual({ _id: 1 });

    await first.restart();
    expect(first.pid).not.toBe(pid);
    await accounts.insertOne({ _id: 2 }, { writeConcern: { w: 3 } });
  });

  it('takes a further member, which is there once it holds what the set holds', async () => {
    set = await startReplicaSet({ binary: await testMongod() });
    await set.connect().db('app').collection<{ _id: number }>('a').insertOne({ _id: 1 });
    const { directUri } = await set.add();
    const added = mongoClient(directUri, { readPreference: 'secondary' });
    const found = added.db('app').collection<{ _id: number }>('a').findOne({ _id: 1 });
    await expect(found.finally(() => added.close())).resolves.toEqual({ _id: 1 });
    await set
      .connect()
      .db('app')
      .collection<{ _id: number }>('a')
      .insertOne({ _id: 2 }, { writeConcern: { w: 2 } });
  });

  it('goes on after a freeze as if nothing had happened', async () => {
    set = await startReplicaSet({ binary: await testMongod() });
    const client = set.connect();
    const [member] = set.members;
    member?.freeze();
    const answer = client.db('app').command({ insert: 'a', documents: [{ a: 1 }] });
    member?.thaw();
    await expect(answer).resolves.toMatchObject({ n: 1 });
  });

  it('says why a mongod does not start', async () => {
    const binary = await testMongod();
    await expect(startReplicaSet({ binary, parameters: { noSuchParameter: 1 } })).rejects.toThrow(
      /ended at its start: exit code/,
    );
  });
});

describe('MongodProcess', () => {
  it("never hands out somebody else's mongod on the same port", async () => {
    const { path: binary } = await testMongod();
    const other = await Member.start({ ...settings, binary, directory: `${directory.path}/other` });
    const { port } = other;
    const attempt = MongodProcess.start({ ...settings, binary, directory: `${directory.path}/mine`, port });
    await expect(attempt).rejects.toThrow(PortTaken);
    expect(other.running).toBe(true);
    await other.kill9();
  });
});

describe('startRestored', () => {
  it('opens files without deleting what expired in them', async () => {
    const binary = await testMongod();
    const before = await startRestored(directory.path, binary);
    const expiring = before.connect().db('app').collection('expiring');
    await expiring.createIndex({ at: 1 }, { expireAfterSeconds: 1 }, {});
    await expiring.insertOne({ at: new Date(0) });
    await before.stop();

    const restored = await startRestored(directory.path, binary);
    const client = restored.connect();
    const { ttlMonitorEnabled } = await client.db('admin').command({ getParameter: 1, ttlMonitorEnabled: 1 });
    expect(ttlMonitorEnabled).toBe(false);
    await eventually(() => client.db('app').collection('expiring').countDocuments());
    await restored.stop();
    expect(existsSync(directory.path)).toBe(true);
  });
});
