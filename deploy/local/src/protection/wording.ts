import type { HeadState } from '@headwater/contracts';
import type { OplogTimestamp } from '@headwater/oplog';
import { count, timeOfDay } from '../output/quantities.js';
import type { Fields } from '../output/step-event.js';
import { copyOf } from '../status/copy.js';
import { copyText } from '../status/row-wording.js';
import type { ProtectionView } from './view.js';

export interface Sentence {
  readonly text: string;
  readonly fields: Fields;
}

/** How far the initial sync is. */
export function initialSyncSentence(view: ProtectionView): Sentence {
  const { agent, capture } = view;
  if (agent === null) return { text: 'waiting for the agent to reach the replica set', fields: {} };
  if (agent.phase === 'source-unreachable') {
    return { text: 'the replica set does not answer: trying again', fields: {} };
  }
  const copy = copyOf(view);
  if (copy !== null) return { text: copyText(copy), fields: { ...copy } };
  if (capture !== null && agent.syncSent !== null && agent.syncSent === capture.sync?.id) {
    return { text: 'everything is copied; the last parts are being archived', fields: {} };
  }
  return { text: 'beginning', fields: {} };
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
