import { ManualClock } from '@headwater/clock';
import { agentKey, captureKey, snapshotKey } from '@headwater/contracts';
import type { SnapshotState } from '@headwater/contracts';
import { agentStateOf, captureStateOf } from '@headwater/testing';
import { ReplicaSets } from './replica-sets.js';

const start = new Date('2026-11-24T08:00:00Z');
const second = start.getTime() / 1000;
const at = (t: number) => ({ ts: { t, i: 1 }, term: 1 });
const before = (seconds: number) => new Date(start.getTime() - seconds * 1000).toISOString();

describe('the backup of a replica set', () => {
  let clock: ManualClock;
  let replicaSets: ReplicaSets;
  const health = () => replicaSets.find('rs0', 'rs0');
  const lags = () => {
    const found = health();
    return [found?.oplogLagSeconds, found?.archiveLagSeconds];
  };

  beforeEach(() => {
    clock = new ManualClock(start);
    replicaSets = new ReplicaSets(clock);
  });

  describe('was last seen', () => {
    it('when its agent spoke, by the clock of who listens', async () => {
      replicaSets.goLive();
      replicaSets.agentSaid(agentStateOf({ updatedAt: before(3600) }));
      await clock.advance(7000);
      expect(health()?.agent).toMatchObject({ secondsSinceSeen: 7, lastSeenAt: start.toISOString() });
    });

    it('where nobody listened yet, by the clock of the agent', async () => {
      replicaSets.agentSaid(agentStateOf({ updatedAt: before(60) }));
      replicaSets.goLive();
      await clock.advance(1000);
      expect(health()?.agent).toMatchObject({ secondsSinceSeen: 61, lastSeenAt: before(60) });
    });

    it('now at the latest, though the clock of the agent is ahead', async () => {
      replicaSets.agentSaid(agentStateOf({ updatedAt: before(-60) }));
      await clock.advance(2000);
      expect(health()?.agent).toMatchObject({ secondsSinceSeen: 2 });
    });

    it('never, when only ingest has spoken of it', () => {
      replicaSets.captureSaid(captureStateOf());
      expect(health()).toMatchObject({ replicaSet: 'rs0', agent: null, oplogLagSeconds: null });
    });
  });

  describe('is behind its source', () => {
    beforeEach(() => {
      replicaSets.goLive();
      replicaSets.captureSaid(captureStateOf({ tail: { chain: 'c', archivedTo: at(100) } }));
    });

    it('by what lies between the newest entries, whatever any clock says', () => {
      replicaSets.agentSaid(agentStateOf({ sourceNewest: at(130), publishedTo: at(128) }));
      expect(lags()).toEqual([2, 30]);
      replicaSets.captureSaid(captureStateOf({ tail: { chain: 'c', archivedTo: at(128) } }));
      expect(lags()).toEqual([2, 2]);
    });

    it('by nothing, when more was archived since the agent last looked', () => {
      replicaSets.agentSaid(agentStateOf({ sourceNewest: at(90), publishedTo: at(90) }));
      expect(lags()).toEqual([0, 0]);
    });

    it('by an unknown time, when the agent cannot see the source', () => {
      replicaSets.agentSaid(
        agentStateOf({ phase: 'source-unreachable', sourceNewest: at(130), publishedTo: at(128) }),
      );
      expect(lags()).toEqual([null, null]);
    });

    it('by an unknown time, when the agent has missed three of its beats', async () => {
      replicaSets.agentSaid(agentStateOf({ sourceNewest: at(130), publishedTo: at(128) }));
      await clock.advance(15_000);
      expect(lags()).toEqual([2, 30]);
      await clock.advance(1);
      expect(lags()).toEqual([null, null]);
      replicaSets.agentSaid(agentStateOf({ sourceNewest: at(131), publishedTo: at(131) }));
      expect(lags()).toEqual([0, 31]);
    });

    it('by an unknown time, before there is anything of it', () => {
      replicaSets.agentSaid(agentStateOf({ sourceNewest: at(130) }));
      replicaSets.captureSaid(captureStateOf({ tail: null }));
      expect(lags()).toEqual([null, null]);
    });

    it('by an unknown time, when the agent is that of another replica set of the same name', () => {
      replicaSets.agentSaid(
        agentStateOf({ replicaSetId: 'b'.repeat(24), sourceNewest: at(130), publishedTo: at(128) }),
      );
      expect(lags()).toEqual([null, null]);
      expect(health()).toMatchObject({ replicaSetId: 'a'.repeat(24), agent: null });
    });
  });

  describe('has a newest snapshot', () => {
    const snapshot = (id: string, t: number): [string, SnapshotState] => [
      snapshotKey('rs0', 'rs0', id),
      {
        ...{ deployment: 'rs0', replicaSet: 'rs0', snapshotId: id, kind: 'block', chain: 'c' },
        ...{ ts: { t, i: 1 }, sizeBytes: 1, storedBytes: 1, createdAt: before(0) },
      },
    ];
    const newest = () => health()?.newestSnapshot?.snapshotId;

    beforeEach(() => {
      replicaSets.captureSaid(captureStateOf());
    });

    it('with the newest writes, in whatever order they were sealed', async () => {
      expect(health()?.newestSnapshot).toBeNull();
      replicaSets.snapshotSaid(...snapshot('late', second - 30));
      replicaSets.snapshotSaid(...snapshot('early', second - 90));
      await clock.advance(1000);
      expect(health()?.newestSnapshot).toEqual({
        ...{ snapshotId: 'late', kind: 'block', ts: { t: second - 30, i: 1 }, createdAt: before(0) },
        ageSeconds: 31,
      });
    });

    it('that is an older one when the newest is removed', () => {
      const [late, early] = [snapshot('late', 200), snapshot('early', 100)];
      replicaSets.snapshotSaid(...early);
      replicaSets.snapshotSaid(...late);
      replicaSets.snapshotSaid(...late);
      replicaSets.snapshotGone(late[0]);
      expect(newest()).toBe('early');
      replicaSets.snapshotGone(early[0]);
      expect(newest()).toBeUndefined();
    });

    it('of no more than a hundred that are kept in memory', () => {
      for (let n = 1; n <= 150; n++) replicaSets.snapshotSaid(...snapshot(`s${n}`, n));
      for (let n = 150; n > 50; n--) {
        expect(newest()).toBe(`s${n}`);
        replicaSets.snapshotGone(snapshot(`s${n}`, n)[0]);
      }
      expect(newest()).toBeUndefined();
    });
  });

  it('is listed by deployment and name, and forgotten with the last that was said of it', () => {
    for (const deployment of ['b', 'a']) replicaSets.agentSaid(agentStateOf({ deployment }));
    replicaSets.captureSaid(captureStateOf({ deployment: 'a' }));
    expect(replicaSets.all().map(({ deployment }) => deployment)).toEqual(['a', 'b']);
    replicaSets.agentGone(agentKey('b', 'rs0'));
    replicaSets.agentGone(agentKey('a', 'rs0'));
    expect(replicaSets.all()).toMatchObject([{ deployment: 'a', agent: null }]);
    replicaSets.captureGone(captureKey('a', 'rs0'));
    expect(replicaSets.all()).toEqual([]);
  });
});
