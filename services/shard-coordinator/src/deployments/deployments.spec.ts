import { agentKey, captureKey } from '@headwater/contracts';
import { agentStateOf, captureStateOf } from '@headwater/testing';
import { Deployments } from './deployments.js';

const clusterId = 'c'.repeat(24);
const shard = { role: 'shard', clusterId, shard: 's0' } as const;

describe('the kind of a deployment', () => {
  const kindOf = (...clusters: Parameters<typeof agentStateOf>[0][]) => {
    const deployments = new Deployments();
    clusters.forEach((change, n) => {
      deployments.agentSaid(agentStateOf({ deployment: 'd', replicaSet: `rs${n}`, ...change }));
    });
    return deployments.find('d')?.kind;
  };

  it('is a replica set when its agent says that it belongs to no cluster', () => {
    expect(kindOf({ cluster: null })).toBe('replica-set');
  });

  it('is a sharded cluster when one of its replica sets is a shard or a config server', () => {
    expect(kindOf({ cluster: shard })).toBe('sharded-cluster');
    expect(kindOf({ cluster: { role: 'config-server', clusterId, shard: null } })).toBe('sharded-cluster');
    expect(kindOf({ cluster: null }, { cluster: shard })).toBe('sharded-cluster');
  });

  it('is not guessed when an agent does not tell, or none has spoken', () => {
    expect(kindOf({})).toBe('unknown');
    expect(kindOf({ cluster: null }, {})).toBe('unknown');
    const deployments = new Deployments();
    deployments.captureSaid(captureStateOf());
    expect(deployments.find('rs0')).toMatchObject({
      kind: 'unknown',
      replicaSets: [{ name: 'rs0', cluster: null, serverVersion: null, fcv: null, chain: 'c1' }],
    });
  });

  it('is not taken from an agent of another replica set of the same name', () => {
    const deployments = new Deployments();
    deployments.captureSaid(captureStateOf());
    deployments.agentSaid(agentStateOf({ replicaSetId: 'b'.repeat(24), cluster: shard }));
    expect(deployments.find('rs0')).toMatchObject({
      kind: 'unknown',
      replicaSets: [{ replicaSetId: 'a'.repeat(24), serverVersion: null }],
    });
  });
});

describe('the deployments', () => {
  it('are listed once each, by id, with their replica sets by name', () => {
    const deployments = new Deployments();
    for (const [deployment, replicaSet] of [
      ['b', 'rs1'],
      ['b', 'rs0'],
      ['a', 'rs0'],
    ] as const) {
      deployments.agentSaid(agentStateOf({ deployment, replicaSet }));
    }
    deployments.captureSaid(captureStateOf({ deployment: 'b' }));
    expect(
      deployments.all().map(({ id, replicaSets }) => [id, ...replicaSets.map(({ name }) => name)]),
    ).toEqual([
      ['a', 'rs0'],
      ['b', 'rs0', 'rs1'],
    ]);
  });

  it('are forgotten with the last that was said of them', () => {
    const deployments = new Deployments();
    deployments.agentSaid(agentStateOf({ cluster: null }));
    deployments.captureSaid(captureStateOf());
    deployments.agentGone(agentKey('rs0', 'rs0'));
    expect(deployments.find('rs0')).toMatchObject({ kind: 'unknown' });
    deployments.captureGone(captureKey('rs0', 'rs0'));
    expect(deployments.find('rs0')).toBeNull();
    expect(deployments.all()).toEqual([]);
  });
});
