import type { Clock } from '@headwater/clock';
import { isOneOf, isRetryable } from '@headwater/errors';
import { mongodbErrors } from '@headwater/mongodb';
import type { Position } from '@headwater/oplog';
import type { Logger } from '@headwater/service-kit';
import { reasonOf } from '../agent-errors.js';
import type { AgentJournal } from '../announcing/agent-journal.js';
import type { SyncSource } from './sync-source.js';

export interface SyncEndOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly journal: AgentJournal;
  /** For the log. */
  readonly about: { readonly deployment: string; readonly replicaSet: string };
}

export interface SyncEnd {
  readonly stop: Position;
  /** The catalogue at `stop`, in batches of raw `$listCatalog` documents. */
  readonly catalogue: readonly (readonly Buffer[])[];
}

/** What has passed by a later end: the copy is good, and everything up to then is in the oplog. */
const untilLater = [mongodbErrors.indexBuildsUnfinished, mongodbErrors.majorityLost];
/** What another end does not change, though another sync would. */
const overrun = [mongodbErrors.syncOverrun, mongodbErrors.oplogTooShort];
const pauseMillis = 5_000;
/** A member that is away for longer than while it is copied, in milliseconds, does not come back. */
const longestAbsenceMillis = 120_000;

/**
 * Marks the end of a copy and takes the catalogue as of it. Hours of copying are not given up because an index is being
 * built or a member is down at that moment: then the end comes later.
 *
 * @throws mongodbErrors.syncOverrun and others that only a new initial sync can help; the signal's reason
 */
export async function endOfSync(
  source: SyncSource,
  { clock, logger, journal, about }: SyncEndOptions,
  signal: AbortSignal,
): Promise<SyncEnd> {
  let answeredAt = clock.ticksMillis();
  for (;;) {
    try {
      const end = await tryEnd(source);
      await journal.troubled('copy', null);
      return end;
    } catch (error) {
      signal.throwIfAborted();
      const waits = isOneOf(error, untilLater);
      answeredAt = waits ? clock.ticksMillis() : answeredAt;
      const passes = isRetryable(error) && !isOneOf(error, overrun);
      if (!passes || clock.ticksMillis() - answeredAt > longestAbsenceMillis) {
        throw error;
      }
      const reason = reasonOf(error);
      if (await journal.troubled('copy', { reason, lost: !waits })) {
        logger.warn({ logId: 'initial-sync.held', ...about, err: error }, 'the initial sync cannot end yet');
      }
      await clock.sleep(pauseMillis, signal);
    }
  }
}

async function tryEnd({ mongo, begin }: SyncSource): Promise<SyncEnd> {
  const { stop } = await mongo.endSync();
  const catalogue: Buffer[][] = [];
  for await (const documents of mongo.catalogueAt(stop.ts)) {
    catalogue.push(documents);
  }
  await mongo.confirmSync(begin, stop);
  return { stop, catalogue };
}
