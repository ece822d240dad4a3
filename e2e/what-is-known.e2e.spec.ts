import type { z } from 'zod';
import {
  agentAnnounced,
  deploymentTopologySchema,
  initialSyncCompleted,
  listSchema,
  recentEventSchema,
  replicaSetHealthSchema,
  type DeploymentTopologyBody,
  type ReplicaSetHealthBody,
} from '@headwater/contracts';
import { eventually, markOplog } from '@headwater/testing';
import { ProtectedSet } from './harness/protected-set.js';
import { describeOnPair } from './spec-support/describe-on-pair.js';

/** An idle source writes an entry every 10 s, and a slice is closed a second later. */
const quietLagSeconds = 15;

/** An agent that lives is heard every five seconds: after three times that, nothing that it said counts any more. */
const silentSeconds = 15;

async function answer<T>(url: string, schema: z.ZodType<T>): Promise<T> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answers ${response.status}: ${await response.text()}`);
  return schema.parse(await response.json());
}

describeOnPair('what shard-coordinator and alerting know', () => {
  let scene: ProtectedSet;

  beforeAll(async () => {
    scene = await ProtectedSet.start({
      start: ['ingest', 'agent', 'shard-coordinator', 'alerting'],
      writesPerSecond: 50,
    });
  });
  afterAll(() => scene.stop());

  const health = (): Promise<ReplicaSetHealthBody> =>
    answer(`${scene.headwater.alerting.url}/v1/replica-sets/rs0/rs0`, replicaSetHealthSchema);

  const deployments = async (): Promise<readonly DeploymentTopologyBody[]> => {
    const url = `${scene.headwater.shardCoordinator.url}/v1/deployments`;
    return (await answer(url, listSchema(deploymentTopologySchema))).items;
  };

  const eventTypes = async (): Promise<readonly string[]> => {
    const url = `${scene.headwater.alerting.url}/v1/events`;
    return (await answer(url, listSchema(recentEventSchema))).items.map(({ type }) => type);
  };

  /** Resolves to the first answer that satisfies the condition. */
  const healthUntil = (describe: string, condition: (found: ReplicaSetHealthBody) => boolean) =>
    eventually(
      async () => {
        const found = await health();
        return condition(found) ? found : null;
      },
      { deadlineMs: 120_000, pauseMs: 100, describe },
    );

  /** Heard as often as an agent that lives is, and hardly behind. */
  const isWell = ({ agent, oplogLagSeconds, archiveLagSeconds }: ReplicaSetHealthBody): boolean =>
    agent?.phase === 'tailing' &&
    agent.trouble === null &&
    agent.secondsSinceSeen < 6 &&
    (oplogLagSeconds ?? Infinity) <= quietLagSeconds &&
    (archiveLagSeconds ?? Infinity) <= quietLagSeconds;

  it('is what kind the deployment is, from what the replica set says of itself', () =>
    scene.headwater.witness(async () => {
      await scene.headwater.bus.captureUntil('the order to tail', ({ order }) => order === 'tail');
      const known = await eventually(async () => {
        const found = await deployments();
        return found[0]?.replicaSets[0]?.order === 'tail' ? found : null;
      });
      expect(known).toMatchObject([
        {
          ...{ id: 'rs0', kind: 'replica-set' },
          replicaSets: [{ name: 'rs0', cluster: null, serverVersion: scene.binary.version, fcv: '6.0' }],
        },
      ]);
    }));

  it('is that an agent at work is heard, and what happened', () =>
    scene.headwater.witness(async () => {
      await healthUntil('the agent to be heard and hardly behind', isWell);
      expect(await eventTypes()).toEqual(
        expect.arrayContaining([agentAnnounced.type, initialSyncCompleted.type]),
      );
    }));

  it('is that the archive falls behind while ingest is stopped, and that it has caught up afterwards', () =>
    scene.headwater.witness(async () => {
      const { ingest, bus } = scene.headwater;
      await ingest.stop();
      const behind = await healthUntil(
        'the archive to fall behind',
        ({ archiveLagSeconds }) => (archiveLagSeconds ?? 0) > quietLagSeconds,
      );
      expect(behind).toMatchObject({ agent: { phase: 'tailing' } });
      expect(behind.oplogLagSeconds).toBeLessThanOrEqual(quietLagSeconds);
      await ingest.start();
      await bus.archived(await markOplog(scene.source));
      await healthUntil('the archive to have caught up', isWell);
    }));

  it('is that an agent that was killed is not heard and nothing measured, until it is back', () =>
    scene.headwater.witness(async () => {
      const { agent } = scene.headwater;
      const before = await health();
      await agent.kill9();
      const silent = await healthUntil(
        'the agent to be silent',
        (found) => (found.agent?.secondsSinceSeen ?? 0) > silentSeconds,
      );
      expect(silent).toMatchObject({ oplogLagSeconds: null, archiveLagSeconds: null });
      expect(silent.agent?.agentId).toBe(before.agent?.agentId);
      await agent.start();
      const back = await healthUntil('the agent to be heard again', isWell);
      expect(back.agent?.agentId).not.toBe(before.agent?.agentId);
    }));

  it('is not that an agent is dead whose source is idle, nor when who asks was killed itself', () =>
    scene.headwater.witness(async () => {
      const { alerting, shardCoordinator } = scene.headwater;
      await scene.writer.stop();
      const last = await markOplog(scene.source);
      // An entry that an idle source writes by itself is archived.
      await scene.headwater.bus.archived({ t: last.t + 10, i: 0 });
      await healthUntil('the agent to be heard and hardly behind', isWell);

      await Promise.all([alerting.kill9(), shardCoordinator.kill9()]);
      await Promise.all([alerting.start(), shardCoordinator.start()]);
      expect(await deployments()).toMatchObject([{ id: 'rs0', kind: 'replica-set' }]);
      await healthUntil('the agent to be heard by the next one', isWell);
      expect(await eventTypes()).toEqual(expect.arrayContaining([initialSyncCompleted.type]));
    }));
});
