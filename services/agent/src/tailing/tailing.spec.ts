import { EmbeddedBus } from '@headwater/messaging/embedded';
import { mongodbErrors } from '@headwater/mongodb';
import { eventually } from '@headwater/testing';
import { tailingOf } from '../protection.js';
import type { OpenSource } from '../source/source-opening.js';
import { identity, journalOf, partsOn, replicaSetId, unanswered } from '../spec-support/agent-parts.js';
import { ScriptedIngest } from '../spec-support/scripted-ingest.js';
import { startOfChain } from './tail-start.js';

const { replicaSet } = identity;
const tail = { deployment: 'rs0', replicaSet, replicaSetId, epoch: 3, chain: 'c' };
const start = startOfChain('c', { ts: { t: 100, i: 5 }, term: 1 });

describe('a tail', () => {
  let bus: EmbeddedBus;
  let ingest: ScriptedIngest;

  beforeEach(async () => {
    bus = await EmbeddedBus.open(':memory:');
    ingest = await ScriptedIngest.start(bus, replicaSetId);
  });
  afterEach(() => bus.close());

  async function tailingFrom(openSource: OpenSource) {
    const parts = partsOn(bus, openSource);
    return { parts, tailing: tailingOf(parts, await journalOf(parts)) };
  }

  it('is the only one: a second is refused until the first was stopped', async () => {
    const { tailing } = await tailingFrom(unanswered);
    tailing.start(tail, start);
    expect(() => {
      tailing.start(tail, start);
    }).toThrow(expect.objectContaining({ code: 'AGENT-90001' }) as Error);
    await tailing.stop();
    tailing.start(tail, start);
    await tailing.stop();
  });

  it('claims nothing about the bus that the epoch before it had published', async () => {
    const { tailing } = await tailingFrom(unanswered);
    tailing.start(tail, start);
    await eventually(() => ingest.agent?.epoch === 3 && ingest.agent.publishedTo === null);
    await tailing.stop();
  });

  it('says why its source cannot be read, tries again, and takes that back when it is stopped', async () => {
    let attempts = 0;
    const { parts, tailing } = await tailingFrom(() => {
      attempts += 1;
      return Promise.reject(mongodbErrors.noReachableMember('h:1 is down'));
    });
    tailing.start(tail, start);
    await eventually(() => attempts > 1);
    await eventually(() => ingest.agent?.phase === 'source-unreachable');
    expect(ingest.agent?.trouble).toMatch(/h:1 is down \(MONGODB-10002: Check/);
    expect(parts.trouble.lost).toMatch(/h:1 is down/);
    expect(parts.log.with('tail.interrupted')).toHaveLength(1);
    await tailing.stop();
    expect(parts.trouble.lost).toBeNull();
    await eventually(() => ingest.agent?.phase === 'waiting');
  });
});
