import type { InitialSyncCompleted, SnapshotState } from '@headwater/contracts';
import type { Clock } from '@headwater/clock';
import type { OplogTimestamp } from '@headwater/oplog';
import { bytes, count, isoSecond } from '../output/quantities.js';
import type { Report } from '../output/report.js';
import type { StatusBoard } from '../output/step-event.js';
import { follow } from './follow.js';
import type { ProtectionWatch } from './protection-watch.js';
import { restorableSecond } from './restorable.js';
import type { TroubleTeller } from './trouble-teller.js';
import { newestSnapshot } from './view.js';
import { initialSyncSentence, lagSentence, snapshotSentence } from './wording.js';

/** The writes that are being protected, as their writer knows them. */
export interface WriteFront {
  /** The newest one; null where only the agent knows. */
  readonly newest: OplogTimestamp | null;
  /** Numbered ones acknowledged so far; null where nobody numbers them. */
  readonly acknowledged: number | null;
}

export interface ProtectionOptions {
  readonly watch: ProtectionWatch;
  readonly report: Report;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How long a step may stand still, in seconds; null: for ever. */
  readonly patienceSeconds: number | null;
  readonly writes: () => WriteFront;
  readonly teller: TroubleTeller;
  /** Where the whole stands. */
  readonly board: () => StatusBoard;
}

/** The way of a replica set to its first restorable second, step by step, as the services go it. */
export class ProtectionSteps {
  constructor(private readonly options: ProtectionOptions) {}

  async initialSync(): Promise<void> {
    const { report } = this.options;
    const step = report.begin(
      'initial-sync',
      'Initial sync: the first copy of everything, made as a new secondary makes it',
    );
    let seen = false;
    await follow({
      ...this.options,
      step,
      until: ({ capture }) => capture?.order === 'tail' && capture.tail !== null,
      mark: ({ agent, capture }) => [agent?.phase, agent?.sync, capture?.sync, capture?.epoch],
      sentence: (view) => {
        seen ||= view.capture?.order === 'initial-sync';
        return initialSyncSentence(view);
      },
    });
    const { synced } = this.options.watch.view;
    step.done(syncedText(synced, seen), synced === null ? {} : { ...synced });
  }

  async firstSnapshot(): Promise<SnapshotState> {
    const { report } = this.options;
    const step = report.begin('snapshot', 'First snapshot: data files made of the copy, and stored');
    const known = newestSnapshot(this.options.watch.view) !== null;
    const snapshot = await follow({
      ...this.options,
      step,
      until: newestSnapshot,
      mark: ({ head, capture }) => [
        head?.state,
        head?.progress,
        head?.position,
        capture?.sync,
        capture?.epoch,
      ],
      sentence: snapshotSentence,
    });
    const { ts, sizeBytes, storedBytes, snapshotId } = snapshot;
    step.done(
      `${known ? 'there already: ' : ''}of ${isoSecond(ts.t)}, ${bytes(sizeBytes)} of data files, stored as ${bytes(storedBytes)}`,
      {
        snapshotId,
        ts,
        sizeBytes,
        storedBytes,
      },
    );
    return snapshot;
  }

  /** @param notBefore the restored second lies some seconds after it; null where that does not matter */
  async restorableSecond(notBefore: OplogTimestamp | null): Promise<number> {
    const { report } = this.options;
    const step = report.begin(
      'archive',
      'Archiving every write: waiting for a second that lies a little after the snapshot',
    );
    const second = await follow({
      ...this.options,
      step,
      until: (view) => restorableSecond(view, notBefore),
      mark: ({ capture, head }) => [capture?.tail, capture?.sync, head?.progress],
      sentence: (view) => this.lag(view),
    });
    const { text, fields } = this.lag(this.options.watch.view);
    step.done(text, fields);
    return second;
  }

  /** Where the writes are and where the archive is, now. */
  lag(view = this.options.watch.view) {
    const { newest, acknowledged } = this.options.writes();
    return lagSentence(view, newest ?? view.agent?.sourceNewest?.ts ?? null, acknowledged);
  }
}

function syncedText(synced: InitialSyncCompleted | null, seen: boolean): string {
  if (synced !== null)
    return `${count(synced.documents)} documents, ${bytes(synced.bytes)}, copied and archived`;
  return seen ? 'every document is copied and archived' : 'an archive was there: it goes on where it ended';
}
