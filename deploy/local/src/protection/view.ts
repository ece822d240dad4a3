import {
  agentKey,
  agentState,
  captureDisturbed,
  captureKey,
  captureState,
  decodeJsonEvent,
  headKey,
  headState,
  initialSyncCompleted,
  replicaSetKey,
  snapshotFailed,
  snapshotKeyPrefix,
  snapshotState,
} from '@headwater/contracts';
import type {
  AgentState,
  CaptureState,
  HeadState,
  InitialSyncCompleted,
  SnapshotState,
} from '@headwater/contracts';
import type { IncomingMessage } from '@headwater/messaging';
import { compareTimestamps, type OplogTimestamp } from '@headwater/oplog';

/** Which replica set a run is about. */
export interface Protected {
  readonly deployment: string;
  readonly replicaSet: string;
}

/** Something that ingest or snapshot-builder could not do. */
export interface Trouble {
  readonly kind: 'rewind' | 'hold' | 'sync-abandoned' | 'refused' | 'snapshot-failed';
  readonly reason: string;
}

/** What the services have said about the protected replica set since this run began. */
export interface ProtectionView {
  readonly agent: AgentState | null;
  readonly capture: CaptureState | null;
  readonly head: HeadState | null;
  /** Those of earlier runs too. */
  readonly snapshots: readonly SnapshotState[];
  /** Ends of what was archived, as they came; the last one is the newest. */
  readonly archivedEnds: readonly OplogTimestamp[];
  readonly troubles: readonly Trouble[];
  /** The initial sync that this run made; null where there was an archive before. */
  readonly synced: InitialSyncCompleted | null;
}

export const emptyView: ProtectionView = {
  agent: null,
  capture: null,
  head: null,
  snapshots: [],
  archivedEnds: [],
  troubles: [],
  synced: null,
};

/** A run needs the ends of the last minutes only. */
const keptEnds = 1000;

/** Folds one message of the state topic. Others, and what cannot be read, change nothing. Pure. */
export function foldState(
  view: ProtectionView,
  message: IncomingMessage,
  about: Protected,
  sinceMillis: number,
): ProtectionView {
  const { deployment, replicaSet } = about;
  if (message.key.startsWith(`${snapshotKeyPrefix}${replicaSetKey(deployment, replicaSet)}/`)) {
    return foldSnapshot(view, message);
  }
  if (message.at.getTime() < sinceMillis) return view;
  switch (message.key) {
    case agentKey(deployment, replicaSet): {
      const agent = decodeJsonEvent(agentState, message);
      return agent.ok ? { ...view, agent: agent.value } : view;
    }
    case captureKey(deployment, replicaSet): {
      const capture = decodeJsonEvent(captureState, message);
      return capture.ok ? foldCapture(view, capture.value) : view;
    }
    case headKey(deployment, replicaSet): {
      const head = decodeJsonEvent(headState, message);
      return head.ok ? { ...view, head: head.value } : view;
    }
    default:
      return view;
  }
}

/** Folds one message of the events topic. Pure. */
export function foldEvent(
  view: ProtectionView,
  message: IncomingMessage,
  { deployment, replicaSet }: Protected,
  sinceMillis: number,
): ProtectionView {
  if (message.at.getTime() < sinceMillis) return view;
  const isAbout = (fact: Protected) => fact.deployment === deployment && fact.replicaSet === replicaSet;
  const synced = decodeJsonEvent(initialSyncCompleted, message);
  if (synced.ok && isAbout(synced.value)) return { ...view, synced: synced.value };
  const disturbed = decodeJsonEvent(captureDisturbed, message);
  const failed = decodeJsonEvent(snapshotFailed, message);
  const fact = disturbed.ok ? disturbed.value : failed.ok ? failed.value : null;
  if (fact === null || !isAbout(fact)) return view;
  const kind = 'action' in fact ? fact.action : 'snapshot-failed';
  return { ...view, troubles: [...view.troubles, { kind, reason: fact.reason }] };
}

/** The newest snapshot on the chain that is being archived: what a restore can begin from. */
export function newestSnapshot({ capture, snapshots }: ProtectionView): SnapshotState | null {
  return snapshots
    .filter(({ chain }) => chain === capture?.tail?.chain)
    .reduce<SnapshotState | null>(
      (newest, next) => (newest !== null && compareTimestamps(newest.ts, next.ts) > 0 ? newest : next),
      null,
    );
}

function foldSnapshot(view: ProtectionView, message: IncomingMessage): ProtectionView {
  const snapshot = decodeJsonEvent(snapshotState, message);
  if (!snapshot.ok) return view;
  const others = view.snapshots.filter(({ snapshotId }) => snapshotId !== snapshot.value.snapshotId);
  return { ...view, snapshots: [...others, snapshot.value] };
}

function foldCapture(view: ProtectionView, capture: CaptureState): ProtectionView {
  const end = capture.tail?.archivedTo.ts;
  const last = view.archivedEnds.at(-1);
  if (end === undefined) return { ...view, capture };
  // Another chain may begin before the end of the last one.
  const sameChain = capture.tail?.chain === view.capture?.tail?.chain;
  const before = sameChain ? view.archivedEnds : [];
  const isNew = before.length === 0 || last === undefined || compareTimestamps(end, last) > 0;
  return { ...view, capture, archivedEnds: isNew ? [...before, end].slice(-keptEnds) : before };
}
