import { agentLeaseGroup, topicsOf } from './topics.js';

describe('the prefix of an installation', () => {
  it('is the first word of every topic and lease group, so that two share one broker', () => {
    const { oplogBatches, initialSync, events, state, leases } = topicsOf('other');
    const group = agentLeaseGroup('other', 'd', 'rs0');
    for (const name of [oplogBatches, initialSync, events, state, leases, group]) {
      expect(name).toMatch(/^other\./);
    }
  });

  it('leaves room for any id', () => {
    expect(agentLeaseGroup('headwater', 'a/b', "rs'0")).toBe('headwater.agent.a%2Fb/rs%270');
  });
});
