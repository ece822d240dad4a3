import { gapFound } from '@headwater/contracts';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import type { ReplicaSetSource } from '@headwater/mongodb';
import { eventually, mongoClient, startReplicaSet, testMongod } from '@headwater/testing';
import type { Member, ReplicaSet } from '@headwater/testing';
import { tailingOf } from '../protection.js';
import { journalOf, partsOn } from '../spec-support/agent-parts.js';
import { lookAt, sourcesOf } from '../spec-support/real-source.js';
import { ScriptedIngest } from '../spec-support/scripted-ingest.js';
import { tailLimits } from './tail-limits.js';
import type { TailLimits } from './tail-limits.js';
import type { Tailing } from './tailing.js';

const ms = 60_000;

describe('a tail of a set of three', () => {
  let set: ReplicaSet;
  let bus: EmbeddedBus;
  let ingest: ScriptedIngest;
  let tailing: Tailing;

  beforeAll(async () => {
    // Silence is made by the specs.
    const parameters = { writePeriodicNoops: false };
    set = await startReplicaSet({ binary: await testMongod(), members: 3, parameters });
    await write();
  });
  afterAll(() => set.stop());
  beforeEach(async () => {
    bus = await EmbeddedBus.open(':memory:');
  });
  afterEach(async () => {
    await tailing.stop();
    await bus.close();
  });

  const write = () =>
    set
      .connect()
      .db('app')
      .collection('a')
      .insertOne({ n: 1 }, { writeConcern: { w: 'majority' } });
  const entries = () => ingest.batches.reduce((sum, { count }) => sum + count, 0);
  const memberAt = (host: string | undefined): Member => {
    const found = set.members.find((member) => member.host === host);
    if (found === undefined) {
      throw new Error(`${host ?? 'nobody'} is no member`);
    }
    return found;
  };

  async function tail(limits: Partial<TailLimits>, spoil?: (mongo: ReplicaSetSource) => void) {
    const { identity, start } = await lookAt(set.uri);
    const { replicaSet, replicaSetId } = identity;
    const parts = partsOn(bus, sourcesOf(set.uri, spoil), { tailLimits: { ...tailLimits, ...limits } });
    ingest = await ScriptedIngest.start(bus, replicaSetId);
    tailing = tailingOf(parts, await journalOf(parts, identity));
    tailing.start({ deployment: 'rs0', replicaSet, replicaSetId, epoch: 1, chain: 'c' }, start);
    return { parts, first: identity.member };
  }

  it('moves to another member when its own is cut off, though that one still calls itself a secondary', async () => {
    const { parts } = await tail({ silenceMillis: 1500 });
    await write();
    await eventually(() => entries() > 0, { deadlineMs: ms });
    const cutOff = memberAt(ingest.agent?.member);
    await failPoint(cutOff, 'stopReplProducer', 'alwaysOn');
    try {
      const before = entries();
      await write();
      await eventually(() => entries() > before && parts.log.with('tail.moved').length > 0, {
        deadlineMs: ms,
      });
      await eventually(() => ingest.agent?.member !== cutOff.host, { deadlineMs: ms });
      expect(parts.log.with('tail.interrupted')).toEqual([]);
    } finally {
      await failPoint(cutOff, 'stopReplProducer', 'off');
    }
  });

  it('stays with its member while no other one has more either', async () => {
    const { parts } = await tail({ silenceMillis: 300 });
    await write();
    await eventually(() => entries() > 0, { deadlineMs: ms });
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(parts.log.with('tail.moved')).toEqual([]);
    const before = entries();
    await write();
    await eventually(() => entries() > before, { deadlineMs: ms });
    expect(parts.log.with('tail.interrupted')).toEqual([]);
  });

  it('does not announce a gap while a member cannot be asked, and goes on with it when it is back', async () => {
    const gone = await set.primary();
    await gone.stop();
    const { parts } = await tail({}, (mongo) => {
      if (mongo.identity.member !== gone.host) {
        loseRange(mongo);
      }
    });
    await eventually(() => parts.trouble.lost?.includes(gone.host), { deadlineMs: ms });
    await eventually(() => ingest.agent?.phase === 'source-unreachable');
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(ingest.said(gapFound)).toEqual([]);
    await gone.restart();
    await write();
    await eventually(() => entries() > 0, { deadlineMs: ms });
    expect(ingest.agent?.member).toBe(gone.host);
    expect(ingest.said(gapFound)).toEqual([]);
  });

  it('announces a gap at last, when the member stays away', async () => {
    const gone = await set.primary();
    await gone.stop();
    try {
      const { parts } = await tail({ gapSearchMillis: 2000 }, loseRange);
      await eventually(() => parts.trouble.lost?.includes(gone.host), { deadlineMs: ms });
      await eventually(() => ingest.said(gapFound).length > 0, { deadlineMs: ms });
      expect(ingest.said(gapFound)).toMatchObject([{ chain: 'c', epoch: 1, oldest: oldestLeft }]);
      expect(parts.log.with('tail.not-asked')).toHaveLength(1);
    } finally {
      await gone.restart();
    }
  });
});

const oldestLeft = { ts: { t: 4_000_000_000, i: 1 }, term: 1 };

/** As if the member's oplog had rolled over. */
function loseRange(mongo: ReplicaSetSource): void {
  mongo.openTail = () => Promise.resolve({ kind: 'gap', oldest: oldestLeft });
}

async function failPoint(member: Member, name: string, mode: 'alwaysOn' | 'off'): Promise<void> {
  const client = mongoClient(member.directUri);
  await client.db('admin').command({ configureFailPoint: name, mode });
  await client.close();
}
