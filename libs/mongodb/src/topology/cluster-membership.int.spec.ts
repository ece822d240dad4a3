import { systemClock } from '@headwater/clock';
import { testMongod } from '@headwater/testing';
import { ReplicaSetSource } from '../replica-set-source.js';
import { startOneMemberSet, type MongodProcess } from '../spec-support/mongod-process.js';
import type { ClusterMembership } from './cluster-membership.js';

describe('a replica set and a sharded cluster', () => {
  const started: MongodProcess[] = [];

  afterAll(async () => {
    await Promise.all(started.map((mongod) => mongod.stop()));
  });

  async function start(replicaSet: string, role: string | null): Promise<MongodProcess> {
    const mongod = await startOneMemberSet((await testMongod()).path, {
      replicaSet,
      arguments: role === null ? [] : [role],
      ...(role === '--configsvr' ? { configServer: true } : {}),
    });
    started.push(mongod);
    return mongod;
  }

  async function membershipOf({ uri }: MongodProcess): Promise<ClusterMembership | null> {
    const source = await ReplicaSetSource.open(uri, { appName: 'spec', clock: systemClock });
    await source.close();
    return source.identity.cluster;
  }

  it('are told apart by what the members themselves say', async () => {
    const plain = await start('plain', null);
    const config = await start('cfg', '--configsvr');
    const shard = await start('s0', '--shardsvr');
    expect(await membershipOf(plain)).toBeNull();
    expect(await membershipOf(shard)).toBeNull();

    const connection = await config.connect();
    await connection.command('admin', {
      _configsvrAddShard: `s0/${shard.address}`,
      name: 'first',
      writeConcern: { w: 'majority' },
    });
    await connection.close();
    const ofShard = await membershipOf(shard);
    expect(ofShard).toEqual({
      role: 'shard',
      shard: 'first',
      clusterId: expect.stringMatching(/^[0-9a-f]{24}$/) as string,
    });
    expect(await membershipOf(config)).toEqual({
      role: 'config-server',
      shard: null,
      clusterId: ofShard?.clusterId,
    });
    expect(await membershipOf(plain)).toBeNull();
  });
});
