import { compareTimestamps, type OplogTimestamp } from '@headwater/oplog';
import { duration } from '../output/quantities.js';
import type { ProtectionView } from '../protection/view.js';

/** How far things are behind the source, in whole seconds; null where it is not known. */
export interface Lags {
  readonly oplogSeconds: number | null;
  readonly archiveSeconds: number | null;
  /** The agent has not been heard of for long: the lags are what they may be at worst. */
  readonly silent: boolean;
  /** For how long. */
  readonly silentText: string;
}

/** An agent says at least every four seconds that it lives. */
const silentAfterMillis = 20_000;

/** @param newest at the source, where somebody else than the agent knows it. Pure. */
export function lagsOf(view: ProtectionView, nowMillis: number, newest: OplogTimestamp | null): Lags {
  const { agent, capture } = view;
  const heardAgoMillis = agent === null ? null : nowMillis - Date.parse(agent.updatedAt);
  const silent = heardAgoMillis !== null && heardAgoMillis > silentAfterMillis;
  const seen = later(agent?.sourceNewest?.ts ?? null, newest);
  // What a source that nobody watches has written meanwhile is not known.
  const front = silent ? Math.floor(nowMillis / 1000) : (seen?.t ?? null);
  const behind = (end: OplogTimestamp | undefined): number | null =>
    end === undefined || front === null ? null : Math.max(0, front - end.t);
  return {
    oplogSeconds: behind(agent?.publishedTo?.ts),
    archiveSeconds: behind(capture?.tail?.archivedTo.ts),
    silent,
    silentText: duration((heardAgoMillis ?? 0) / 1000),
  };
}

function later(a: OplogTimestamp | null, b: OplogTimestamp | null): OplogTimestamp | null {
  if (a === null || b === null) return a ?? b;
  return compareTimestamps(a, b) > 0 ? a : b;
}
