import { testMongod } from '../mongod-binary.js';
import { temporaryDirectory, type TemporaryDirectory } from '../temporary-directory.js';
import { startReplicaSet, type ReplicaSet } from './replica-set.js';

async function identityOf(set: ReplicaSet): Promise<string> {
  const { config } = await set.connect().db('admin').command({ replSetGetConfig: 1 });
  return String((config as { settings: { replicaSetId: unknown } }).settings.replicaSetId);
}

describe('startReplicaSet on the data of an earlier set', () => {
  let directory: TemporaryDirectory;
  let set: ReplicaSet | undefined;
  beforeEach(async () => {
    directory = await temporaryDirectory();
  });
  afterEach(async () => {
    await set?.stop();
    await directory.remove();
  });

  it.each([1, 3])('starts the same set of %i at other ports', async (members) => {
    const options = { binary: await testMongod(), members, directory: directory.path };
    set = await startReplicaSet(options);
    const identity = await identityOf(set);
    const ports = set.members.map(({ port }) => port);
    await set.connect().db('app').collection<{ _id: number }>('a').insertOne({ _id: 1 });
    await set.stop();

    set = await startReplicaSet(options);
    expect(await identityOf(set)).toBe(identity);
    expect(set.members.map(({ port }) => port)).not.toEqual(ports);
    const again = set.connect().db('app').collection<{ _id: number }>('a');
    await expect(again.findOne({ _id: 1 })).resolves.toEqual({ _id: 1 });
    await again.insertOne({ _id: 2 }, { writeConcern: { w: members } });
  });
});
