import { captureDisturbed, topicsOf } from '@headwater/contracts';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import type { ReplicaSetSource } from '@headwater/mongodb';
import { eventually } from '@headwater/testing';
import { protect } from './protection.js';
import { ReplicaSetAgent } from './replica-set-agent.js';
import type { OpenSource } from './source/source-opening.js';
import { identity, partsOn, replicaSetId, unanswered } from './spec-support/agent-parts.js';
import { FaultyBus, times } from './spec-support/faulty-bus.js';
import { ScriptedIngest } from './spec-support/scripted-ingest.js';

const otherId = 'b'.repeat(24);

/** A source that is discovered once and never answers again. */
function discoveredOnce(id: string): OpenSource {
  const found = { identity: { ...identity, replicaSetId: id }, close: () => Promise.resolve() };
  let asked = false;
  return (options) => {
    if (asked) {
      return unanswered(options);
    }
    asked = true;
    return Promise.resolve(found as unknown as ReplicaSetSource);
  };
}

describe('the agent of a replica set', () => {
  let bus: FaultyBus;
  let ingest: ScriptedIngest;
  const agents: ReplicaSetAgent[] = [];

  beforeEach(async () => {
    bus = new FaultyBus(await EmbeddedBus.open(':memory:'));
    ingest = await ScriptedIngest.start(bus, replicaSetId);
  });
  afterEach(async () => {
    await Promise.all(agents.splice(0).map((agent) => agent.stop()));
    await bus.close();
  });

  function agentOf(id: string, topicPrefix = 'headwater') {
    const topics = topicsOf(topicPrefix);
    const parts = partsOn(bus, discoveredOnce(id), { topics, agentId: `of ${id}` });
    const agent = new ReplicaSetAgent({
      ...parts,
      deployment: null,
      topicPrefix,
      activate: (protects) => protect(parts, protects),
    });
    agents.push(agent);
    agent.start();
    const isActive = () => parts.log.with('lease.held').length > 0;
    return { agent, log: parts.log, isActive };
  }

  const announced = () => ingest.agent?.replicaSetId;
  const disturbances = () => ingest.said(captureDisturbed);

  it('is active while it holds the lease; a second one of the same set stands by and takes over', async () => {
    const first = agentOf(replicaSetId);
    await eventually(first.isActive);
    const second = agentOf(replicaSetId);
    await eventually(() => second.log.with('lease.awaited').length > 0);
    expect(second.agent.refusal).toBeNull();
    await first.agent.stop();
    await eventually(second.isActive);
    expect(disturbances()).toEqual([]);
  });

  it('leaves the lease to the set that the deployment belongs to, and says what to do', async () => {
    await ingest.order({ replicaSetId: otherId });
    const refused = agentOf(replicaSetId);
    await eventually(() => disturbances().length > 0);
    expect(refused.agent.refusal).toMatch(/AGENT-10002: .*its own HEADWATER_DEPLOYMENT/);
    expect(refused.log.with('deployment.taken')).toHaveLength(1);
    const owner = agentOf(otherId);
    await eventually(owner.isActive);
    expect(owner.agent.refusal).toBeNull();
    expect(refused.isActive()).toBe(false);
    await ingest.order({ replicaSetId: otherId, epoch: 2 });
    expect(disturbances()).toMatchObject([{ deployment: 'rs0', replicaSet: 'rs0', action: 'refused' }]);
  });

  it('says so also where only the other agent has announced its set, until that one is gone', async () => {
    const owner = agentOf(otherId);
    await eventually(owner.isActive);
    const refused = agentOf(replicaSetId);
    await eventually(() => refused.agent.refusal !== null);
    expect(refused.agent.refusal).toContain(otherId);
    await eventually(() => disturbances().length === 1);
    await owner.agent.stop();
    await eventually(() => refused.isActive() && refused.agent.refusal === null);
    await eventually(() => announced() === replicaSetId);
    expect(disturbances()).toHaveLength(1);
  });

  it('is not disturbed by what an agent of another set has left behind', async () => {
    const before = agentOf(otherId);
    await eventually(before.isActive);
    await before.agent.stop();
    const agent = agentOf(replicaSetId);
    await eventually(agent.isActive);
    expect(agent.log.with('deployment.taken')).toEqual([]);
  });

  it('stops its work when the deployment turns out to be bound to another set', async () => {
    const agent = agentOf(replicaSetId);
    await eventually(agent.isActive);
    await ingest.order({ replicaSetId: otherId });
    await eventually(() => agent.agent.refusal !== null);
    const owner = agentOf(otherId);
    await eventually(owner.isActive);
    await eventually(() => announced() === otherId);
  });

  it('tells of the refusal once the bus takes it', async () => {
    await ingest.order({ replicaSetId: otherId });
    bus.before = times(1, new Error('full'));
    const refused = agentOf(replicaSetId);
    await eventually(() => disturbances().length === 1);
    expect(refused.log.with('bus.refused')).toHaveLength(1);
  });

  it('holds a lease of its own installation: another topic prefix is another one', async () => {
    const one = agentOf(replicaSetId);
    const two = agentOf(replicaSetId, 'other');
    await eventually(() => one.isActive() && two.isActive());
  });
});
