import type { AgentState, HeadState } from '@headwater/contracts';
import type { OplogTimestamp } from '@headwater/oplog';
import { bytes, count, duration, timeOfDay } from '../output/quantities.js';
import type { Fields } from '../output/step-event.js';
import type { ProtectionView } from './view.js';

export interface Sentence {
  readonly text: string;
  readonly fields: Fields;
}

type SyncProgress = NonNullable<AgentState['sync']>;

/** How far the initial sync is. @param elapsedSeconds since its first byte was seen */
export function initialSyncSentence({ agent, capture }: ProtectionView, elapsedSeconds: number): Sentence {
  if (agent === null) return { text: 'waiting for the agent to reach the replica set', fields: {} };
  if (agent.phase === 'source-unreachable') {
    return { text: 'the replica set does not answer: trying again', fields: {} };
  }
  if (agent.sync !== null) return copySentence(agent.sync, elapsedSeconds);
  if (capture !== null && agent.syncSent !== null && agent.syncSent === capture.sync?.id) {
    return { text: 'everything is copied; the last parts are being archived', fields: {} };
  }
  return { text: 'beginning', fields: {} };
}

function copySentence(sync: SyncProgress, elapsedSeconds: number): Sentence {
  const { documentsDone, documentsTotal, bytesDone, bytesTotal } = sync;
  const etaSeconds = etaOf(bytesDone, bytesTotal, elapsedSeconds);
  const eta = etaSeconds === null ? '' : `, about ${duration(etaSeconds)} left`;
  return {
    text: `${count(documentsDone)} of ${count(documentsTotal)} documents, ${bytes(bytesDone)} of ${bytes(bytesTotal)}${eta}`,
    fields: { documentsDone, documentsTotal, bytesDone, bytesTotal, etaSeconds },
  };
}

/** Null while too little is known. */
export function etaOf(done: number, total: number, elapsedSeconds: number): number | null {
  if (done <= 0 || elapsedSeconds < 0.5) return null;
  return Math.round(((total - done) / done) * elapsedSeconds * 10) / 10;
}

/** What the head is doing on the way to the first snapshot. */
export function snapshotSentence({ head }: ProtectionView): Sentence {
  const state = head?.state ?? 'absent';
  const progress = head?.progress ?? null;
  const percent = progress === null ? '' : `, ${Math.round(progress * 100)} %`;
  return { text: `${headText(state, head?.reason ?? null)}${percent}`, fields: { head: state, progress } };
}

function headText(state: HeadState['state'], reason: string | null): string {
  switch (state) {
    case 'absent':
      return 'waiting for the snapshot-builder to begin';
    case 'seeding':
      return 'making data files of the copy';
    case 'sealing':
      return 'storing the data files as deduplicated, compressed blocks';
    case 'idle':
      return 'the data files are ready';
    case 'broken':
      return `the copy of the data files broke and is made anew (${reason ?? 'no reason given'})`;
  }
}

/** Where the writes are and how far the archive is behind them. */
export function lagSentence(
  view: ProtectionView,
  newest: OplogTimestamp | null,
  acknowledgedWrites: number | null,
): Sentence {
  const archivedTo = view.capture?.tail?.archivedTo.ts ?? null;
  const lagSeconds = newest === null || archivedTo === null ? null : Math.max(0, newest.t - archivedTo.t);
  const written = newest === null ? 'no write seen yet' : `newest write ${timeOfDay(newest.t)}`;
  const writes =
    acknowledgedWrites === null ? '' : ` (${count(acknowledgedWrites)} numbered writes acknowledged)`;
  const archived = archivedTo === null ? 'nothing archived yet' : `archived up to ${timeOfDay(archivedTo.t)}`;
  const behind = lagSeconds === null ? '' : `, ${lagSeconds} s behind`;
  return {
    text: `${written}${writes}; ${archived}${behind}`,
    fields: {
      newest,
      archivedTo,
      lagSeconds,
      ...(acknowledgedWrites === null ? {} : { acknowledgedWrites }),
    },
  };
}
