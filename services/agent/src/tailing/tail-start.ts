import type { AgentState, CaptureState } from '@headwater/contracts';
import { compareTimestamps, parseChainId, previousTimestamp, timestampsEqual } from '@headwater/oplog';
import type { Position } from '@headwater/oplog';

/** Where a tail starts. */
export interface TailStart {
  readonly chain: string;
  /** Exclusive: the first batch follows it. */
  readonly from: Position;
  /** The chain's first entry where nothing of the chain has been published: `from` is then no entry, but the point before it. */
  readonly opening: Position | null;
}

/** The start of a chain that nothing has been published of. */
export function startOfChain(chain: string, beginFetching: Position): TailStart {
  const from = { ts: previousTimestamp(beginFetching.ts), term: beginFetching.term };
  return { chain, from, opening: beginFetching };
}

/**
 * The later of what the store has and, under the same epoch, what the bus has. Null where the order names no chain.
 * Pure.
 */
export function tailStartOf(
  order: CaptureState,
  agent: Pick<AgentState, 'epoch' | 'publishedTo'>,
): TailStart | null {
  if (order.tail === null) {
    return null;
  }
  const { chain, archivedTo } = order.tail;
  const published = agent.epoch === order.epoch ? agent.publishedTo : null;
  const from =
    published !== null && compareTimestamps(published.ts, archivedTo.ts) > 0 ? published : archivedTo;
  const origin = parseChainId(chain)?.beginFetching ?? null;
  const opens = origin !== null && timestampsEqual(previousTimestamp(origin), from.ts);
  return { chain, from, opening: opens ? { ts: origin, term: from.term } : null };
}
