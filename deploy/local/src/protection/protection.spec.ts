import { ManualClock } from '@headwater/clock';
import {
  agentKey,
  agentState,
  captureDisturbed,
  captureKey,
  captureState,
  forkRecorded,
  gapRecorded,
  headKey,
  headState,
  initialSyncCompleted,
  snapshotFailed,
  snapshotKey,
  snapshotState,
  topicsOf,
  type AgentState,
  type HeadState,
} from '@headwater/contracts';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { Publisher } from '@headwater/service-kit';
import { agentStateOf, captureStateOf, eventually } from '@headwater/testing';
import { Report } from '../output/report.js';
import { follow } from './follow.js';
import { ProtectionWatch } from './protection-watch.js';
import { restorableSecond } from './restorable.js';
import { TroubleTeller } from './trouble-teller.js';
import { emptyView, newestSnapshot, type ProtectionView } from './view.js';
import { initialSyncSentence, lagSentence, snapshotSentence } from './wording.js';

const about = { deployment: 'sample', replicaSet: 'sample' };
const updatedAt = '2026-11-24T08:00:00.000Z';
const at = (t: number, i = 1) => ({ ts: { t, i }, term: 1 });
const agent = agentStateOf({ ...about, phase: 'initial-sync', epoch: 1, sourceNewest: at(1000) });
const capture = captureStateOf({ ...about, tail: { chain: 'c1', archivedTo: at(1000) } });
const head: HeadState = {
  ...about,
  state: 'seeding',
  chain: 'c1',
  position: null,
  progress: 0.42,
  reason: null,
  updatedAt,
};
const snapshot = {
  ...about,
  snapshotId: 's1',
  kind: 'block',
  chain: 'c1',
  ts: { t: 990, i: 1 },
  sizeBytes: 1,
  storedBytes: 1,
  createdAt: updatedAt,
} as const;

describe('ProtectionWatch', () => {
  it('folds what the services say of the one replica set, and not what they said before the run', async () => {
    const clock = new ManualClock();
    const bus = await EmbeddedBus.open(':memory:', { clock });
    const publisher = new Publisher({ bus, topics: topicsOf(), clock, source: '/spec' });
    const say = {
      agent: (state: AgentState) =>
        publisher.state(agentState, agentKey(state.deployment, state.replicaSet), state),
      capture: (t: number, chain = 'c1') =>
        publisher.state(captureState, captureKey('sample', 'sample'), {
          ...capture,
          tail: { chain, archivedTo: at(t) },
        }),
    };
    await say.agent(agent);
    await publisher.state(snapshotState, snapshotKey('sample', 'sample', 's0'), {
      ...snapshot,
      snapshotId: 's0',
    });
    await clock.advance(5000);
    const watch = await ProtectionWatch.start(bus, about, clock.nowMillis());
    expect(watch.view).toMatchObject({ agent: null, snapshots: [{ snapshotId: 's0' }] });

    await say.agent({ ...agent, deployment: 'other' });
    await say.capture(1000);
    await say.capture(1000);
    await say.capture(1002);
    await publisher.state(headState, headKey('sample', 'sample'), head);
    await publisher.state(snapshotState, snapshotKey('sample', 'sample', 's1'), {
      ...snapshot,
      ts: { t: 1001, i: 1 },
    });
    const disturbed = { ...about, action: 'hold', reason: 'no space' } as const;
    await publisher.event(captureDisturbed, { deployment: 'sample', id: '1' }, disturbed);
    const failed = { ...about, code: 'X-10001', reason: 'disk full' };
    await publisher.event(snapshotFailed, { deployment: 'sample', id: '2' }, failed);
    const gap = { ...about, chain: 'c1', from: at(100), to: at(200) };
    await publisher.event(gapRecorded, { deployment: 'sample', id: '5' }, gap);
    const fork = { ...about, chain: 'c1', at: at(100), reason: 'a rollback' };
    await publisher.event(forkRecorded, { deployment: 'sample', id: '6' }, fork);
    await publisher.event(gapRecorded, { deployment: 'other', id: '7' }, { ...gap, deployment: 'other' });
    const synced = { ...about, syncId: 's', chain: 'c1', stop: at(999), parts: 1, documents: 7, bytes: 70 };
    await publisher.event(
      initialSyncCompleted,
      { deployment: 'other', id: '3' },
      { ...synced, deployment: 'other' },
    );
    await publisher.event(initialSyncCompleted, { deployment: 'sample', id: '4' }, synced);
    await eventually(() => watch.view.synced);
    await eventually(() => watch.view.troubles.length === 4 && watch.view.snapshots.length === 2);
    expect(watch.view).toMatchObject({
      agent: null,
      synced: { deployment: 'sample', documents: 7 },
      head: { state: 'seeding' },
      archivedEnds: [
        { t: 1000, i: 1 },
        { t: 1002, i: 1 },
      ],
      troubles: [
        { number: 1, kind: 'hold', reason: 'no space' },
        { number: 2, kind: 'snapshot-failed', reason: 'disk full' },
        { number: 3, kind: 'gap', reason: expect.stringContaining('from 1970-01-01T00:01:40Z to') as string },
        { number: 4, kind: 'fork', reason: expect.stringContaining('rollback') as string },
      ],
    });
    expect(newestSnapshot(watch.view)?.snapshotId).toBe('s1');

    await say.capture(500, 'c2');
    await eventually(() => watch.view.archivedEnds.length === 1);
    expect(newestSnapshot(watch.view)).toBeNull();
    await bus.close();
  });
});

function viewOf(archived: readonly number[], more: Partial<ProtectionView> = {}): ProtectionView {
  const archivedEnds = archived.map((t) => ({ t, i: 1 }));
  return { ...emptyView, capture, snapshots: [snapshot], archivedEnds, ...more };
}

describe('restorableSecond', () => {
  it('is the last second that is archived to its end', () => {
    expect(restorableSecond(viewOf([994, 996, 1000]), null)).toBe(999);
  });

  it('waits for a snapshot on the chain, and for writes to replay on top of it', () => {
    expect(restorableSecond(viewOf([994, 1000], { snapshots: [] }), null)).toBeNull();
    expect(
      restorableSecond(viewOf([994, 1000], { snapshots: [{ ...snapshot, chain: 'c0' }] }), null),
    ).toBeNull();
    expect(restorableSecond(viewOf([990, 1000]), null)).toBeNull();
    expect(restorableSecond(viewOf([991, 994, 995]), null)).toBeNull();
    expect(restorableSecond(viewOf([]), null)).toBeNull();
  });

  it('waits until enough of this run is archived', () => {
    expect(restorableSecond(viewOf([994, 1000]), { t: 995, i: 7 })).toBeNull();
    expect(restorableSecond(viewOf([994, 1001]), { t: 995, i: 7 })).toBe(1000);
  });
});

describe('sentences', () => {
  const sync = {
    id: 's',
    collectionsDone: 1,
    collectionsTotal: 7,
    documentsDone: 45_000,
    documentsTotal: 120_000,
    bytesDone: 30e6,
    bytesTotal: 90e6,
  };

  it('tell how far the initial sync is', () => {
    expect(initialSyncSentence(emptyView).text).toBe('waiting for the agent to reach the replica set');
    const copyStart = { syncId: 's', atMillis: Date.parse(updatedAt) - 2000, bytesDone: 10e6 };
    expect(initialSyncSentence({ ...emptyView, agent: { ...agent, sync }, copyStart })).toMatchObject({
      text: '30 MB of 90 MB (33 %), 10 MB/s, about 6 s left; 45,000 of 120,000 documents',
      fields: { documentsDone: 45_000, bytesTotal: 90e6, bytesPerSecond: 10e6, etaSeconds: 6 },
    });
  });

  it('tell what the head is doing', () => {
    expect(snapshotSentence(emptyView).text).toBe('waiting for the snapshot-builder to begin');
    expect(snapshotSentence({ ...emptyView, head }).text).toBe('making data files of the copy, 42 %');
  });

  it('tell how far the archive is behind', () => {
    const view = { ...emptyView, capture };
    expect(lagSentence(view, { t: 1003, i: 9 }, 1234)).toEqual({
      text: 'newest write 00:16:43 (1,234 numbered writes acknowledged); archived up to 00:16:40, 3 s behind',
      fields: {
        newest: { t: 1003, i: 9 },
        archivedTo: { t: 1000, i: 1 },
        lagSeconds: 3,
        acknowledgedWrites: 1234,
      },
    });
    expect(lagSentence(emptyView, null, null).text).toBe('no write seen yet; nothing archived yet');
  });
});

describe('follow', () => {
  const step = { progress: () => undefined, note: () => undefined, done: () => undefined };
  const waiting = {
    board: () => ({ headline: '', tone: 'good', subject: '', rows: [] }) as const,
    teller: new TroubleTeller(new Report({ show: () => undefined }, new ManualClock())),
    sentence: () => ({ text: 'working', fields: {} }),
    mark: () => 'the same',
    patienceSeconds: 600,
  };

  it('gives what it waited for, and the reason where that cannot come', async () => {
    const clock = new ManualClock();
    const bus = await EmbeddedBus.open(':memory:', { clock });
    const publisher = new Publisher({ bus, topics: topicsOf(), clock, source: '/spec' });
    const watch = await ProtectionWatch.start(bus, about, 0);
    const { signal } = new AbortController();
    const options = { watch, step, clock, signal, ...waiting };
    await expect(follow({ ...options, until: () => 7 })).resolves.toBe(7);

    const outcome = expect(follow({ ...options, until: () => null })).rejects.toMatchObject({
      code: 'LAUNCHER-10006',
    });
    const refused = { ...about, action: 'refused', reason: 'bound to another' } as const;
    await publisher.event(captureDisturbed, { deployment: 'sample', id: '1' }, refused);
    await eventually(() => watch.view.troubles.length === 1);
    await clock.advance(100);
    await outcome;
    await bus.close();
  });

  it('gives up when nothing moves for as long as it was told', async () => {
    const clock = new ManualClock();
    const bus = await EmbeddedBus.open(':memory:', { clock });
    const watch = await ProtectionWatch.start(bus, about, 0);
    const { signal } = new AbortController();
    const options = { watch, step, clock, signal, ...waiting, patienceSeconds: 60 };
    const following = follow({ ...options, until: () => false });
    const outcome = expect(following).rejects.toMatchObject({
      code: 'LAUNCHER-10008',
      message: 'nothing moved for 1 min 0 s: working',
    });
    for (let second = 0; second <= 61; second++) await clock.advance(1000);
    await outcome;
    await bus.close();
  });
});
