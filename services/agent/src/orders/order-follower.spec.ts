import { ManualClock, systemClock } from '@headwater/clock';
import type { Clock } from '@headwater/clock';
import { syncAbandoned, syncBegun } from '@headwater/contracts';
import { messagingErrors } from '@headwater/messaging';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { mongodbErrors } from '@headwater/mongodb';
import { eventually } from '@headwater/testing';
import { followerOf } from '../protection.js';
import type { OpenSource } from '../source/source-opening.js';
import { journalOf, partsOn, replicaSetId, topics, unanswered } from '../spec-support/agent-parts.js';
import { FaultyBus, times } from '../spec-support/faulty-bus.js';
import { ScriptedIngest } from '../spec-support/scripted-ingest.js';
import { CaptureOrders } from './capture-orders.js';

const chain = { chain: 'c', archivedTo: { ts: { t: 100, i: 1 }, term: 1 } };
const newSync = { id: 's1', attempt: null, archivedPart: 0 };

describe('whoever follows orders', () => {
  let bus: FaultyBus;
  let ingest: ScriptedIngest;
  let stop: AbortController;
  let following: Promise<unknown>;

  beforeEach(async () => {
    bus = new FaultyBus(await EmbeddedBus.open(':memory:'));
    ingest = await ScriptedIngest.start(bus, replicaSetId);
    stop = new AbortController();
    following = Promise.resolve();
  });
  afterEach(async () => {
    stop.abort(new Error('the spec is over'));
    await following;
    await bus.close();
  });

  async function follow(openSource: OpenSource, clock: Clock = systemClock) {
    const parts = partsOn(bus, openSource, { clock });
    const about = { deployment: 'rs0', replicaSet: 'rs0', replicaSetId, stateTopic: topics.state };
    const orders = new CaptureOrders({ bus, ...about, logger: parts.logger });
    await orders.start();
    const follower = followerOf(parts, await journalOf(parts), orders);
    following = follower.run(stop.signal).catch((error: unknown) => error);
    return parts;
  }

  it('does what the order says, and says so', async () => {
    await follow(unanswered);
    await ingest.order({ epoch: 1, order: 'none' });
    await eventually(() => ingest.agent?.phase === 'waiting');
    await ingest.order({ epoch: 2, order: 'tail', tail: chain });
    await eventually(() => ingest.agent?.phase === 'tailing' && ingest.agent.epoch === 2);
    await ingest.order({ epoch: 3, order: 'initial-sync', tail: null, sync: newSync });
    await eventually(() => ingest.agent?.phase === 'initial-sync');
  });

  it('abandons the copy of an agent that is gone, however often the bus refuses to hear it', async () => {
    const clock = new ManualClock();
    await follow(unanswered, clock);
    let tries = 0;
    const refuse = times(3, messagingErrors.diskFull('full'));
    bus.before = (topic) => {
      if (topic === topics.oplogBatches) {
        tries += 1;
        refuse();
      }
    };
    await ingest.order({ order: 'initial-sync', sync: { ...newSync, attempt: 'of another' } });
    await eventually(async () => {
      await clock.advance(1000);
      return ingest.said(syncAbandoned).length > 0;
    });
    expect(tries).toBe(4);
    expect(ingest.said(syncAbandoned)).toMatchObject([{ syncId: 's1', epoch: 1 }]);
  });

  it('lets go of a message that the bus refuses when it is stopped', async () => {
    await follow(unanswered);
    const refused = Promise.withResolvers<undefined>();
    bus.before = (topic) => {
      if (topic === topics.oplogBatches) {
        refused.resolve(undefined);
        throw messagingErrors.diskFull('full');
      }
    };
    await ingest.order({ order: 'initial-sync', sync: { ...newSync, attempt: 'of another' } });
    await refused.promise;
    stop.abort(new Error('stopped'));
    expect(await following).toMatchObject({ message: 'stopped' });
  });

  it.each([
    ['an unreachable source', mongodbErrors.noReachableMember('h:1 is down')],
    ['a source that can never be copied', mongodbErrors.fcvTooOld('the version is 5.0')],
  ])('waits for %s without giving up the sync, and says why', async (_what, failure) => {
    let attempts = 0;
    const clock = new ManualClock();
    const parts = await follow(() => {
      attempts += 1;
      return Promise.reject(failure);
    }, clock);
    await ingest.order({ order: 'initial-sync', sync: newSync });
    await eventually(async () => {
      await clock.advance(0);
      return ingest.agent?.phase === 'source-unreachable';
    });
    expect(ingest.agent?.trouble).toContain(`${failure.message} (${failure.code}`);
    expect(parts.trouble.lost).toContain(failure.message);
    for (let second = 0; second < 300; second += 1) {
      await clock.advance(1000);
    }
    // 1, 2, 4, 8, 16, 32, then every 60 s.
    expect(attempts).toBeGreaterThan(6);
    expect(attempts).toBeLessThan(13);
    expect(parts.log.with('initial-sync.waits')).toHaveLength(1);
    expect(ingest.said(syncAbandoned)).toEqual([]);
    expect(ingest.said(syncBegun)).toEqual([]);
  });

  it('stops a copy that waits for its source when another order comes', async () => {
    let aborted: unknown = null;
    await follow(({ signal }) => {
      signal.addEventListener('abort', () => {
        aborted = signal.reason;
      });
      return unanswered({ signal });
    });
    await ingest.order({ order: 'initial-sync', sync: newSync });
    await eventually(() => ingest.agent?.phase === 'initial-sync');
    await ingest.order({ epoch: 2, order: 'none', sync: null });
    await eventually(() => ingest.agent?.phase === 'waiting');
    expect(aborted).toMatchObject({ message: 'another order is in force' });
  });

  it('says of its stop that it is one', async () => {
    let aborted: unknown = null;
    await follow(({ signal }) => {
      signal.addEventListener('abort', () => {
        aborted = signal.reason;
      });
      return unanswered({ signal });
    });
    await ingest.order({ order: 'initial-sync', sync: newSync });
    await eventually(() => ingest.agent?.phase === 'initial-sync');
    stop.abort(new Error('stopped'));
    await following;
    expect(aborted).toMatchObject({ message: 'the agent is stopping' });
  });
});
