import {
  agentKey,
  agentState,
  captureDisturbed,
  captureKey,
  captureState,
  decodeJsonEvent,
  forkRecorded,
  gapRecorded,
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
import { isoSecond } from '../output/quantities.js';

/** Which replica set a run is about. */
export interface Protected {
  readonly deployment: string;
  readonly replicaSet: string;
}

/** Something that went wrong; numbered from 1 in the order in which it was heard. */
export interface Trouble {
  readonly number: number;
  readonly kind: 'rewind' | 'hold' | 'sync-abandoned' | 'refused' | 'snapshot-failed' | 'gap' | 'fork';
  readonly reason: string;
}

/** An initial sync as it was first seen: how fast it is follows from there. */
export interface CopyStart {
  readonly syncId: string;
  /** Milliseconds since 1970. */
  readonly atMillis: number;
  readonly bytesDone: number;
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
  /** The newest ones. */
  readonly troubles: readonly Trouble[];
  /** The running initial sync, or the last one that ran. */
  readonly copyStart: CopyStart | null;
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
  copyStart: null,
  synced: null,
};

/** A run needs the ends of the last minutes only. */
const keptEnds = 1000;
/** So that a run of months stays small. */
const keptTroubles = 100;

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
      return agent.ok ? foldAgent(view, agent.value) : view;
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
  const trouble = troubleOf(message);
  return trouble !== null && isAbout(trouble.about) ? withTrouble(view, trouble) : view;
}

interface Heard extends Omit<Trouble, 'number'> {
  readonly about: Protected;
}

function troubleOf(message: IncomingMessage): Heard | null {
  const disturbed = decodeJsonEvent(captureDisturbed, message);
  if (disturbed.ok) {
    const { action, reason } = disturbed.value;
    return { kind: action, reason, about: disturbed.value };
  }
  const failed = decodeJsonEvent(snapshotFailed, message);
  if (failed.ok) return { kind: 'snapshot-failed', reason: failed.value.reason, about: failed.value };
  const gap = decodeJsonEvent(gapRecorded, message);
  if (gap.ok) {
    const { from, to } = gap.value;
    const reason = `the oplog from ${isoSecond(from.ts.t)} to ${isoSecond(to.ts.t)} exists nowhere any more`;
    return { kind: 'gap', reason, about: gap.value };
  }
  const fork = decodeJsonEvent(forkRecorded, message);
  if (!fork.ok) return null;
  const reason = `history after ${isoSecond(fork.value.at.ts.t)} was replaced: ${fork.value.reason}`;
  return { kind: 'fork', reason, about: fork.value };
}

function withTrouble(view: ProtectionView, { kind, reason }: Heard): ProtectionView {
  const number = (view.troubles.at(-1)?.number ?? 0) + 1;
  return { ...view, troubles: [...view.troubles, { number, kind, reason }].slice(-keptTroubles) };
}

function foldAgent(view: ProtectionView, agent: AgentState): ProtectionView {
  const { sync, updatedAt } = agent;
  if (sync === null || sync.id === view.copyStart?.syncId) return { ...view, agent };
  const copyStart = { syncId: sync.id, atMillis: Date.parse(updatedAt), bytesDone: sync.bytesDone };
  return { ...view, agent, copyStart };
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
