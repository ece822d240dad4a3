import type { Clock } from '@headwater/clock';
import type { ReplicaSetSource } from '@headwater/mongodb';
import type { AgentJournal } from '../announcing/agent-journal.js';
import type { AgentMetrics } from '../announcing/agent-metrics.js';
import type { TailLimits } from './tail-limits.js';

export interface NewestEntryOptions {
  readonly clock: Clock;
  readonly limits: Pick<TailLimits, 'newestEveryMillis'>;
  readonly journal: AgentJournal;
  readonly metrics: AgentMetrics;
}

/**
 * Notes again and again how far the source is, until aborted: what the oplog lag is measured against. A member that
 * does not answer is left to whoever reads its tail.
 *
 * @param source the one that is read now
 */
export async function noteNewest(
  source: () => ReplicaSetSource,
  { clock, limits, journal, metrics }: NewestEntryOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const bounds = await source()
      .oplogBounds()
      .catch(() => null);
    if (bounds !== null) {
      metrics.sourceNewest(bounds.newest.ts.t);
      await journal.note({ sourceNewest: bounds.newest });
    }
    await clock.sleep(limits.newestEveryMillis, signal).catch(() => undefined);
  }
}
