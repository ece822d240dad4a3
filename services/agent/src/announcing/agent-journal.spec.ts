import { ManualClock } from '@headwater/clock';
import {
  agentAnnounced,
  agentKey,
  agentState,
  captureVersionUntested,
  decodeJsonEvent,
} from '@headwater/contracts';
import type { AgentState } from '@headwater/contracts';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { eventually } from '@headwater/testing';
import { identity, partsOn, replicaSetId, topics, unanswered } from '../spec-support/agent-parts.js';
import { FaultyBus, times } from '../spec-support/faulty-bus.js';
import { ScriptedIngest } from '../spec-support/scripted-ingest.js';
import { AgentJournal } from './agent-journal.js';

const at = (t: number) => ({ ts: { t, i: 1 }, term: 1 });
const self = { agentId: 'spec', deployment: 'd', ...identity };

describe('the state of an agent', () => {
  let bus: FaultyBus;
  let clock: ManualClock;

  beforeEach(async () => {
    bus = new FaultyBus(await EmbeddedBus.open(':memory:'));
    clock = new ManualClock();
  });
  afterEach(() => bus.close());

  function takeOver(change: Partial<typeof self> = {}) {
    const parts = partsOn(bus, unanswered, { clock });
    return AgentJournal.takeOver({ ...parts, stateTopic: topics.state }, { ...self, ...change });
  }

  async function published(): Promise<AgentState> {
    const message = await bus.latest(topics.state, agentKey('d', 'rs0'));
    const state = message === null ? null : decodeJsonEvent(agentState, message);
    if (state?.ok !== true) {
      throw new Error('no state');
    }
    return state.value;
  }

  it('takes over the claims about the bus, of the same replica set only', async () => {
    const first = await takeOver();
    await first.noteNow({ epoch: 3, publishedTo: at(7), syncSent: 's' });
    expect((await takeOver({ agentId: 'second' })).current).toMatchObject({
      ...{ agentId: 'second', epoch: 3, publishedTo: at(7), syncSent: 's' },
    });
    expect((await takeOver({ replicaSetId: 'b'.repeat(24) })).current).toMatchObject({
      ...{ epoch: 0, publishedTo: null, syncSent: null },
    });
  });

  it('is announced once an agent is active', async () => {
    const ingest = await ScriptedIngest.start(bus, replicaSetId, 'd');
    await takeOver();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(ingest.said(agentAnnounced)).toEqual([self]);
  });

  it('says loudly, in state and events, that nobody tested the version of the server, and goes on', async () => {
    const ingest = await ScriptedIngest.start(bus, replicaSetId, 'd');
    await takeOver({ serverVersion: '6.0.5' });
    expect((await published()).serverTesting).toBe('tested');
    await takeOver({ serverVersion: '6.0.999' });
    expect((await published()).serverTesting).toBe('untested-patch');
    await takeOver({ serverVersion: '9.0.1' });
    expect((await published()).serverTesting).toBe('untested-series');
    await eventually(() => ingest.said(captureVersionUntested).length === 2);
    expect(ingest.said(captureVersionUntested)).toMatchObject([
      { serverVersion: '6.0.999', testing: 'untested-patch' },
      {
        serverVersion: '9.0.1',
        testing: 'untested-series',
        notice: expect.stringContaining('engine-suite') as string,
      },
    ]);
  });

  it('keeps what is noted while the bus takes the state before it', async () => {
    const journal = await takeOver();
    const taken = Promise.withResolvers<undefined>();
    bus.before = () => taken.promise;
    const publishing = journal.noteNow({ publishedTo: at(1) });
    await journal.note({ publishedTo: at(2) });
    taken.resolve(undefined);
    await publishing;
    expect((await published()).publishedTo).toEqual(at(1));
    await journal.flushNotes();
    expect((await published()).publishedTo).toEqual(at(2));
  });

  it('is published again when the bus refused it', async () => {
    const journal = await takeOver();
    bus.before = times(1, new Error('full'));
    await journal.noteNow({ publishedTo: at(1) });
    expect((await published()).publishedTo).toBeNull();
    await journal.beat();
    expect((await published()).publishedTo).toEqual(at(1));
  });

  it('is published every five seconds at least, though nothing happens', async () => {
    const journal = await takeOver();
    let before = await published();
    for (let second = 1; second <= 20; second += 1) {
      await clock.advance(1000);
      await journal.beat();
      const now = await published();
      expect(clock.nowMillis() - Date.parse(now.updatedAt)).toBeLessThanOrEqual(5000);
      before = now;
    }
    expect(Date.parse(before.updatedAt)).toBeGreaterThan(clock.nowMillis() - 5000);
  });

  it('says what the agent does now, however long its source was lost', async () => {
    const journal = await takeOver();
    await journal.working('initial-sync');
    await journal.troubled('tail', { reason: 'gone', lost: true });
    expect(await published()).toMatchObject({ phase: 'source-unreachable', trouble: 'gone' });
    await journal.working('tailing');
    expect(await published()).toMatchObject({ phase: 'source-unreachable' });
    await journal.troubled('tail', null);
    expect(await published()).toMatchObject({ phase: 'tailing', trouble: null });
  });

  it('calls the source unreachable as long as the tail or the copy cannot read it', async () => {
    const journal = await takeOver();
    await journal.working('initial-sync');
    await journal.troubled('copy', { reason: 'copy', lost: true });
    await journal.troubled('tail', { reason: 'tail', lost: true });
    await journal.troubled('tail', null);
    expect(await published()).toMatchObject({ phase: 'source-unreachable', trouble: 'copy' });
    await journal.troubled('copy', { reason: 'an index is being built', lost: false });
    expect(await published()).toMatchObject({ phase: 'initial-sync', trouble: 'an index is being built' });
  });

  it('has the newest entry of the source at or after what was published', async () => {
    const journal = await takeOver();
    await journal.noteNow({ sourceNewest: at(10), publishedTo: at(5) });
    expect(await published()).toMatchObject({ sourceNewest: at(10), publishedTo: at(5) });
    await journal.noteNow({ publishedTo: at(12) });
    expect(await published()).toMatchObject({ sourceNewest: at(12), publishedTo: at(12) });
  });
});
