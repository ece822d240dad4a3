import type { Clock } from '@headwater/clock';
import type { ReplicaSetSource, SyncBeginning } from '@headwater/mongodb';
import type { Logger } from '@headwater/service-kit';
import { reasonOf } from '../agent-errors.js';
import type { AgentJournal } from '../announcing/agent-journal.js';
import { closeSource } from '../source/source-opening.js';
import type { OpenSource } from '../source/source-opening.js';

/** Where a copy is read, and from where on the oplog makes it whole. */
export interface SyncSource {
  readonly mongo: ReplicaSetSource;
  readonly begin: SyncBeginning;
}

export interface SyncSourceOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly journal: AgentJournal;
  /** A connection of its own for a copy: a tail that moves to another member does not disturb it. */
  readonly openSource: OpenSource;
  /** For the log. */
  readonly about: { readonly deployment: string; readonly replicaSet: string };
}

const firstPauseMillis = 1000;
const longestPauseMillis = 60_000;

/**
 * Waits for a member of which a copy can begin. Nothing of it is on the bus yet, so that nothing is to be abandoned: a
 * new order would meet the same source.
 */
export async function openSyncSource(
  { clock, logger, journal, openSource, about }: SyncSourceOptions,
  signal: AbortSignal,
): Promise<SyncSource> {
  for (let failures = 1; ; failures += 1) {
    let mongo: ReplicaSetSource | null = null;
    try {
      mongo = await openSource({ signal });
      const begin = await mongo.beginSync();
      await journal.troubled('copy', null);
      return { mongo, begin };
    } catch (error) {
      if (mongo !== null) {
        await closeSource(mongo);
      }
      signal.throwIfAborted();
      const reason = reasonOf(error);
      if (await journal.troubled('copy', { reason, lost: true })) {
        logger.error({ logId: 'initial-sync.waits', ...about, err: error }, `${reason}: trying again`);
      }
      await clock.sleep(pauseAfter(failures), signal);
    }
  }
}

/** @param failures in a row; 0: no pause */
export function pauseAfter(failures: number): number {
  return failures === 0 ? 0 : Math.min(longestPauseMillis, firstPauseMillis * 2 ** (failures - 1));
}
