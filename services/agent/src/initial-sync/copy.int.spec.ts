import { syncAbandoned, syncBegun, syncSent } from '@headwater/contracts';
import { messagingErrors } from '@headwater/messaging';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { mongodbErrors } from '@headwater/mongodb';
import type { ReplicaSetSource } from '@headwater/mongodb';
import { systemClock } from '@headwater/clock';
import { eventually, mongoClient, startReplicaSet, testMongod } from '@headwater/testing';
import type { ReplicaSet } from '@headwater/testing';
import { CaptureOrders } from '../orders/capture-orders.js';
import { followerOf } from '../protection.js';
import type { ProtectionOptions } from '../protection.js';
import { journalOf, partsOn, topics } from '../spec-support/agent-parts.js';
import { FaultyBus, times } from '../spec-support/faulty-bus.js';
import { lookAt, sourcesOf } from '../spec-support/real-source.js';
import { ScriptedIngest } from '../spec-support/scripted-ingest.js';

const ms = 60_000;
const newSync = { id: 's1', attempt: null, archivedPart: 0 };

describe('the copy of a real member', () => {
  let set: ReplicaSet;
  let bus: FaultyBus;
  let ingest: ScriptedIngest;
  let stop: AbortController;
  let following: Promise<unknown>;

  beforeAll(async () => {
    set = await startReplicaSet({ binary: await testMongod() });
    const large = Array.from({ length: 60 }, (_, n) => ({ n, pad: 'x'.repeat(100_000) }));
    await collection().insertMany(large);
  });
  afterAll(() => set.stop());
  beforeEach(async () => {
    bus = new FaultyBus(await EmbeddedBus.open(':memory:'));
    stop = new AbortController();
    following = Promise.resolve();
  });
  afterEach(async () => {
    set.members[0]?.thaw();
    stop.abort(new Error('the spec is over'));
    await following;
    await bus.close();
  });

  const collection = () => set.connect().db('app').collection('large');

  async function follow(spoil?: (mongo: ReplicaSetSource) => void, more: Partial<ProtectionOptions> = {}) {
    const { identity } = await lookAt(set.uri);
    const { replicaSetId } = identity;
    const parts = partsOn(bus, sourcesOf(set.uri, spoil), { partBytes: 1024 * 1024, ...more });
    ingest = await ScriptedIngest.start(bus, replicaSetId);
    const about = { deployment: 'rs0', replicaSet: 'rs0', replicaSetId, stateTopic: topics.state };
    const orders = new CaptureOrders({ bus, ...about, logger: parts.logger });
    await orders.start();
    const follower = followerOf(parts, await journalOf(parts, identity), orders);
    following = follower.run(stop.signal).catch((error: unknown) => error);
    return parts;
  }

  /** Orders a sync and takes its beginning, as ingest does. */
  async function begin() {
    await ingest.order({ order: 'initial-sync', sync: newSync });
    const begun = await eventually(() => ingest.said(syncBegun)[0], { deadlineMs: ms });
    const opening = { ts: { ...begun.beginFetching.ts, i: begun.beginFetching.ts.i - 1 }, term: 1 };
    const tail = { chain: begun.chain, archivedTo: opening };
    const sync = { ...newSync, attempt: begun.attempt };
    await ingest.order({ tail, sync });
    return { tail, sync };
  }

  const isSent = () => ingest.said(syncSent).length > 0;

  it('holds while the bus refuses its messages, and goes on where it was', async () => {
    const parts = await follow();
    const refuse = times(2, messagingErrors.diskFull('full'));
    bus.before = (topic) => {
      if (topic === topics.initialSync) {
        refuse();
      }
    };
    await begin();
    await eventually(isSent, { deadlineMs: ms });
    expect(parts.log.with('bus.refused')).toHaveLength(1);
    expect(ingest.parts.map(({ part }) => part)).toEqual(ingest.parts.map((_, n) => n + 1));
    expect(ingest.said(syncAbandoned)).toEqual([]);
  });

  it('waits for an index that is being built when it ends, and says so', async () => {
    await failPoint('hangAfterStartingIndexBuild', 'alwaysOn');
    const building = collection().createIndex({ n: 1 });
    try {
      const parts = await follow();
      await begin();
      await eventually(() => ingest.agent?.trouble?.includes('MONGODB-10015'), { deadlineMs: ms });
      expect(ingest.agent?.phase).toBe('initial-sync');
      expect(parts.trouble.lost).toBeNull();
      // The catalogue is taken whole before any of it is sent.
      const copied = ingest.parts.length;
      expect(isSent()).toBe(false);
      await failPoint('hangAfterStartingIndexBuild', 'off');
      await building;
      await eventually(isSent, { deadlineMs: ms });
      expect(ingest.parts).toHaveLength(copied + 1);
      expect(ingest.said(syncAbandoned)).toEqual([]);
      await eventually(() => ingest.agent?.trouble === null, { deadlineMs: ms });
    } finally {
      await failPoint('hangAfterStartingIndexBuild', 'off');
    }
  });

  it('ends later when a majority is missing or the member is away at its end', async () => {
    const lost = times(1, mongodbErrors.majorityLost('a member is down'));
    const away = times(1, mongodbErrors.unreachable('the member is down'));
    const parts = await follow((mongo) => {
      const confirm = mongo.confirmSync.bind(mongo);
      mongo.confirmSync = async (...args) => {
        lost();
        await confirm(...args);
      };
      const end = mongo.endSync.bind(mongo);
      mongo.endSync = async () => {
        away();
        return end();
      };
    });
    await begin();
    await eventually(isSent, { deadlineMs: ms });
    expect(parts.log.with('initial-sync.held')).toHaveLength(2);
    expect(ingest.said(syncAbandoned)).toEqual([]);
  });

  it('is given up when what was copied was rolled back', async () => {
    await follow((mongo) => {
      mongo.confirmSync = () => Promise.reject(mongodbErrors.syncOverrun('rolled back'));
      // What is left of it must not matter.
      const close = mongo.close.bind(mongo);
      mongo.close = async () => {
        await close();
        throw new Error('cannot be closed');
      };
    });
    await begin();
    await eventually(() => ingest.said(syncAbandoned).length > 0, { deadlineMs: ms });
    expect(ingest.said(syncAbandoned)).toMatchObject([{ syncId: 's1', reason: 'rolled back' }]);
    expect(isSent()).toBe(false);
    await ingest.order({ epoch: 2, order: 'none', tail: null, sync: null });
    await eventually(() => ingest.agent?.phase === 'waiting', { deadlineMs: ms });
  });

  it('leaves the tail of a newer epoch alone when the answer to its beginning comes late', async () => {
    await follow();
    const answer = Promise.withResolvers<undefined>();
    bus.after = async (topic) => {
      if (topic === topics.oplogBatches) {
        bus.after = () => undefined;
        await answer.promise;
      }
    };
    const { tail } = await begin();
    await ingest.order({ epoch: 2, tail });
    await eventually(() => ingest.agent?.epoch === 2, { deadlineMs: ms });
    answer.resolve(undefined);
    await eventually(isSent, { deadlineMs: ms });
    await collection().insertOne({ n: 0 });
    await eventually(() => ingest.batches.length > 0, { deadlineMs: ms });
    expect(new Set(ingest.batches.map(({ epoch }) => epoch))).toEqual(new Set([2]));
    expect(ingest.said(syncAbandoned)).toEqual([]);
  });

  it('says that its source is away, and is stopped at once, while the member does not answer', async () => {
    const parts = await follow((mongo) => {
      const documents = mongo.documents.bind(mongo);
      mongo.documents = async function* (of, interrupted) {
        yield* documents(of, interrupted);
        if (of.name === 'large') {
          interrupted?.(mongodbErrors.unreachable('h:1 is frozen'));
          set.members[0]?.freeze();
        }
      };
    });
    await begin();
    await eventually(() => ingest.agent?.phase === 'source-unreachable', { deadlineMs: ms });
    expect(parts.trouble.lost).toContain('h:1 is frozen');
    await systemClock.sleep(1000);
    const begun = systemClock.ticksMillis();
    stop.abort(new Error('stopped'));
    expect(await following).toMatchObject({ message: 'stopped' });
    expect(systemClock.ticksMillis() - begun).toBeLessThan(8000);
    expect(ingest.said(syncAbandoned)).toEqual([]);
  });

  async function failPoint(name: string, mode: 'alwaysOn' | 'off'): Promise<void> {
    const client = mongoClient(set.members[0]?.directUri ?? '');
    await client.db('admin').command({ configureFailPoint: name, mode });
    await client.close();
  }
});
