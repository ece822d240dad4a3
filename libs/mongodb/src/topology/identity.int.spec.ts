import { startReplicaSet, testMongod, type ReplicaSet } from '@headwater/testing';
import { systemClock } from '@headwater/clock';
import { ObjectId } from 'bson';
import { ReplicaSetSource } from '../replica-set-source.js';

describe('a pinned member', () => {
  let set: ReplicaSet;
  let source: ReplicaSetSource;

  beforeAll(async () => {
    set = await startReplicaSet({ binary: await testMongod(), members: 2 });
  });
  afterAll(() => set.stop());
  afterEach(() => source.close());

  const open = async (uri: string) => {
    source = await ReplicaSetSource.open(uri, { appName: 'spec', clock: systemClock });
    return source;
  };

  it('names every member that could be read instead of it, running or not', async () => {
    const hosts = set.members.map(({ host }) => host).sort();
    expect([...(await (await open(set.uri)).dataHosts())].sort()).toEqual(hosts);
  });

  it('is alone when the connection string asks for it directly', async () => {
    const uri = set.members[0]?.directUri ?? '';
    const { identity } = await open(uri);
    expect(await source.dataHosts()).toEqual([identity.member]);
  });

  it('is told from a member of another set that answers at its address', async () => {
    const begin = await (await open(set.uri)).beginSync();
    const { stop } = await source.endSync();
    await source.checkIdentity();
    const { connection } = source;
    const command = connection.command.bind(connection);
    const other = { config: { settings: { replicaSetId: new ObjectId() } } };
    connection.command = (db, asked, options) =>
      'replSetGetConfig' in asked ? Promise.resolve(other) : command(db, asked, options);
    const refusal = {
      code: 'MONGODB-10008',
      message: expect.stringContaining('another replica set') as string,
    };
    await expect(source.checkIdentity()).rejects.toMatchObject(refusal);
    await expect(source.confirmSync(begin, stop)).rejects.toMatchObject(refusal);
  });
});
