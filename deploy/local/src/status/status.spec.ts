import type { HeadState } from '@headwater/contracts';
import { agentStateOf, captureStateOf } from '@headwater/testing';
import { emptyView, type ProtectionView } from '../protection/view.js';
import { serviceNames } from '../services/service-names.js';
import type { ServiceCondition } from '../services/supervised-service.js';
import { statusOf, type StatusInput } from './status.js';

const about = { deployment: 'rs0', replicaSet: 'rs0' };
/** 2026-11-24T08:00:00Z */
const now = 1_795_507_200;
const updatedAt = new Date(now * 1000).toISOString();
const at = (t: number) => ({ ts: { t, i: 1 }, term: 1 });

const agent = agentStateOf({
  ...about,
  phase: 'tailing',
  publishedTo: at(now),
  sourceNewest: at(now),
  updatedAt,
});
const capture = captureStateOf({ ...about, tail: { chain: 'c2', archivedTo: at(now - 2) }, updatedAt });
const head: HeadState = {
  ...about,
  state: 'idle',
  chain: 'c2',
  position: at(now - 600),
  progress: null,
  reason: null,
  updatedAt,
};
const snapshot = {
  ...about,
  snapshotId: 's1',
  kind: 'block',
  chain: 'c2',
  ts: { t: now - 600, i: 1 },
  sizeBytes: 312e6,
  storedBytes: 1,
  createdAt: updatedAt,
} as const;

const healthy: ProtectionView = { ...emptyView, agent, capture, head, snapshots: [snapshot] };
const ready = serviceNames.map((name): ServiceCondition => ({ name, phase: 'ready', restarts: 0 }));

function status(view: Partial<ProtectionView> = {}, more: Partial<StatusInput> = {}) {
  const input = { deployment: 'rs0', services: ready, nowMillis: now * 1000, newest: null, remarks: [] };
  const { board, fields, text } = statusOf({ ...input, view: { ...healthy, ...view }, ...more });
  return {
    headline: `${board.tone} ${board.headline}`,
    rows: Object.fromEntries(board.rows),
    board,
    fields,
    text,
  };
}

const withService = (name: string, phase: ServiceCondition['phase'], restarts = 0) => ({
  services: ready.map((each) => (each.name === name ? { ...each, phase, restarts } : each)),
});

describe('statusOf', () => {
  it('says in one word that all is well, and how well, in lines that fit 80 columns', () => {
    const { headline, board, rows } = status();
    expect(headline).toBe('good PROTECTED');
    expect(rows).toEqual({
      restorable: '2026-11-24 07:50:00 to 07:59:58 UTC (9 min 58 s)',
      lag: 'agent 0 s, archive 2 s behind the source',
      snapshot: '07:50:00 UTC (10 min 0 s ago), 312 MB',
      services: `${ready.length} of ${ready.length} ready`,
    });
    for (const [, text] of board.rows) expect(text.length).toBeLessThan(80 - 13);
  });

  it('tells how far the initial sync is, how fast and until when', () => {
    const sync = {
      id: 's',
      collectionsDone: 1,
      collectionsTotal: 2,
      documentsDone: 10,
      documentsTotal: 20,
      bytesDone: 42e9,
      bytesTotal: 100e9,
    };
    const copying = {
      agent: { ...agent, phase: 'initial-sync' as const, sync },
      capture: { ...capture, order: 'initial-sync' as const, tail: null },
      copyStart: { syncId: 's', atMillis: (now - 100) * 1000, bytesDone: 2e9 },
      snapshots: [],
    };
    const { headline, rows, fields } = status(copying);
    expect(headline).toBe('warning INITIAL SYNC 42 %');
    expect(rows['copy']).toBe('42 GB of 100 GB (42 %), 400 MB/s, about 2 min 25 s left; 10 of 20 documents');
    expect(rows['restorable']).toBe('nothing yet');
    expect(fields['copy']).toMatchObject({ fraction: 0.42, etaSeconds: 145 });
    expect(status({ ...copying, agent: { ...copying.agent, phase: 'source-unreachable' } }).headline).toBe(
      'bad INITIAL SYNC HALTED',
    );
  });

  it('does not say that anything is protected while nothing is archived', () => {
    expect(status({}, withService('agent', 'waiting', 1))).toMatchObject({
      headline: 'bad NOT ARCHIVING',
      rows: { services: expect.stringMatching(/ready, agent is down; restarts: agent 1$/) as string },
    });
    expect(status({}, withService('ingest', 'unready')).headline).toBe('bad NOT ARCHIVING');
    const trouble = 'the source does not answer';
    expect(status({ agent: { ...agent, phase: 'source-unreachable', trouble } })).toMatchObject({
      headline: 'bad NOT ARCHIVING',
      rows: { trouble: `the agent: ${trouble}` },
    });
    expect(status({ capture: { ...capture, order: 'none' } }).headline).toBe('bad NOT PROTECTED');
    expect(status({ capture: null, agent: null }).headline).toBe('warning STARTING');
    expect(status({ agent: null }).headline).toBe('warning STARTING');
    expect(status({ agent: { ...agent, sourceNewest: null } }).headline).toBe('warning STARTING');
    expect(status({ snapshots: [], head: { ...head, state: 'seeding', progress: 0.5 } })).toMatchObject({
      headline: 'warning FIRST SNAPSHOT 50 %',
      rows: { snapshot: 'none yet; making data files of the copy 50 %' },
    });
  });

  it('does not believe a state that has grown old', () => {
    const { headline, rows } = status({}, { nowMillis: (now + 30) * 1000 });
    expect(headline).toBe('bad NOT ARCHIVING');
    expect(rows).toMatchObject({
      lag: 'agent up to 30 s, archive up to 32 s behind the source',
      trouble: 'nothing was heard of the agent for 30 s',
    });
  });

  it('says when the archive falls behind', () => {
    const behind = (seconds: number) =>
      status({ capture: { ...capture, tail: { chain: 'c2', archivedTo: at(now - seconds) } } }).headline;
    expect([60, 61, 601].map(behind)).toEqual(['good PROTECTED', 'warning BEHIND', 'bad BEHIND']);
  });

  it('says when something else is wrong, and that writes are archived all the same', () => {
    expect(status({}, withService('restore', 'waiting')).headline).toBe('warning DEGRADED');
    expect(status({ head: { ...head, state: 'broken', reason: 'no mongod' } })).toMatchObject({
      headline: 'warning DEGRADED',
      rows: { trouble: 'the head: no mongod' },
    });
    expect(status({}, { remarks: ['the disk is nearly full'] })).toMatchObject({
      headline: 'warning DEGRADED',
      rows: { trouble: 'the disk is nearly full' },
    });
  });

  it('shows the window of the chain that is archived, and that there are earlier ones', () => {
    const earlier = { ...snapshot, snapshotId: 's0', chain: 'c1', ts: { t: now - 9000, i: 1 } };
    const { rows, fields } = status({ snapshots: [earlier, snapshot] });
    expect(rows['restorable']).toContain('07:50:00 to 07:59:58 UTC (9 min 58 s), and earlier windows');
    expect(fields['restoreWindow']).toMatchObject({ from: { t: now - 600 }, to: { t: now - 2 } });
  });
});
