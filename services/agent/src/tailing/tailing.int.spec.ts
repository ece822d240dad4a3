import { forkFound, gapFound } from '@headwater/contracts';
import { messagingErrors } from '@headwater/messaging';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { compareTimestamps } from '@headwater/oplog';
import { eventually, startReplicaSet, testMongod } from '@headwater/testing';
import type { ReplicaSet } from '@headwater/testing';
import type { ProtectionOptions } from '../protection.js';
import { tailingOf } from '../protection.js';
import { onlyOf } from '../source/source-opening.js';
import type { OpenSource } from '../source/source-opening.js';
import { journalOf, partsOn, topics } from '../spec-support/agent-parts.js';
import { FaultyBus } from '../spec-support/faulty-bus.js';
import { lookAt, sourcesOf } from '../spec-support/real-source.js';
import { ScriptedIngest } from '../spec-support/scripted-ingest.js';
import { tailLimits } from './tail-limits.js';
import type { Tailing } from './tailing.js';

describe('a tail of a real member', () => {
  let set: ReplicaSet;
  let bus: FaultyBus;
  let ingest: ScriptedIngest;
  let tailing: Tailing | null = null;

  beforeAll(async () => {
    set = await startReplicaSet({ binary: await testMongod() });
    await write(set);
  });
  afterAll(() => set.stop());
  beforeEach(async () => {
    bus = new FaultyBus(await EmbeddedBus.open(':memory:'));
  });
  afterEach(async () => {
    await tailing?.stop();
    await bus.close();
  });

  const write = (where: ReplicaSet) => where.connect().db('app').collection('a').insertOne({ n: 1 });
  const ts0 = { t: 0, i: 0 };
  const entries = () => ingest.batches.reduce((sum, { count }) => sum + count, 0);

  async function tail(openSource: OpenSource, more: Partial<ProtectionOptions> = {}) {
    const { identity, start } = await lookAt(set.uri);
    const { replicaSet, replicaSetId } = identity;
    const parts = partsOn(bus, onlyOf(identity, openSource), more);
    ingest = await ScriptedIngest.start(bus, replicaSetId);
    tailing = tailingOf(parts, await journalOf(parts, identity));
    const identityOfTail = { deployment: 'rs0', replicaSet, replicaSetId, epoch: 1, chain: 'c' };
    return { parts, start, begin: (from = start) => tailing?.start(identityOfTail, from) };
  }

  it('ends with the first failure of its publisher, and reads no more', async () => {
    const { begin } = await tail(sourcesOf(set.uri));
    const refusal = messagingErrors.valueTooLarge('too large');
    bus.before = (topic) => {
      if (topic === topics.oplogBatches) {
        throw refusal;
      }
    };
    begin();
    const failed = expect(tailing?.failure).rejects.toBe(refusal);
    await write(set);
    await failed;
    bus.before = () => undefined;
    await write(set);
    await tailing?.stop();
    expect(entries()).toBe(0);
  });

  it('ends with the first failure of its reader, and publishes no more', async () => {
    const { begin, start } = await tail(sourcesOf(set.uri));
    const refusal = messagingErrors.invalidMessage('no');
    bus.before = (topic) => {
      if (topic === topics.oplogBatches) {
        throw refusal;
      }
    };
    begin({ ...start, from: { ts: { t: 1, i: 1 }, term: 1 } });
    await expect(tailing?.failure).rejects.toBe(refusal);
    await tailing?.stop();
  });

  it('does not mind a connection that cannot be closed', async () => {
    let opened = 0;
    const { begin, parts } = await tail(
      sourcesOf(set.uri, (mongo) => {
        opened += 1;
        const close = mongo.close.bind(mongo);
        mongo.close = async () => {
          await close();
          throw new Error('cannot be closed');
        };
        if (opened === 1) {
          mongo.openTail = () => Promise.reject(new Error('broken'));
        }
      }),
    );
    begin();
    await write(set);
    await eventually(() => entries() > 0);
    expect(opened).toBeGreaterThan(1);
    expect(parts.log.with('tail.interrupted')).toMatchObject([{ reason: 'broken' }]);
  });

  it('shows how far it is behind while the bus takes nothing', async () => {
    const { begin } = await tail(sourcesOf(set.uri), {
      tailLimits: { ...tailLimits, newestEveryMillis: 100 },
    });
    bus.before = (topic) => {
      if (topic === topics.oplogBatches) {
        throw messagingErrors.diskFull('full');
      }
    };
    begin();
    await write(set);
    const { ts } = (await lookAt(set.uri)).start.from;
    await eventually(() => {
      const newest = ingest.agent?.sourceNewest?.ts ?? ts0;
      const published = ingest.agent?.publishedTo?.ts ?? ts0;
      return compareTimestamps(newest, ts) >= 0 && compareTimestamps(published, ts) < 0;
    });
  });

  it('goes on with a silent member when there is no better one', async () => {
    const { begin, parts } = await tail(sourcesOf(set.uri), {
      tailLimits: { ...tailLimits, silenceMillis: 300 },
    });
    begin();
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await write(set);
    await eventually(() => entries() > 0);
    expect(parts.log.all.filter(({ logId }) => logId?.startsWith('tail.'))).toEqual([]);
  });

  it('never reads another set of the same name: not a batch, a gap or a fork of it', async () => {
    const other = await startReplicaSet({ binary: await testMongod() });
    try {
      let uri = other.uri;
      const { begin, parts } = await tail((options) => sourcesOf(uri)(options));
      begin();
      await write(other);
      await eventually(() => ingest.agent?.phase === 'source-unreachable');
      expect(parts.trouble.lost).toMatch(/AGENT-10001: Point HEADWATER_MONGODB_URI at/);
      expect(ingest.agent?.trouble).toMatch(/AGENT-10001/);
      expect(ingest.tail).toEqual([]);
      uri = set.uri;
      await write(set);
      await eventually(() => entries() > 0 && parts.trouble.lost === null);
      expect([...ingest.said(gapFound), ...ingest.said(forkFound)]).toEqual([]);
    } finally {
      await other.stop();
    }
  });
});
