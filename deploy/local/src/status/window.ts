import { compareTimestamps, type OplogTimestamp } from '@headwater/oplog';
import type { ProtectionView } from '../protection/view.js';

/** What can be restored on the chain that is being archived. */
export interface Window {
  /** Both included. */
  readonly from: OplogTimestamp;
  readonly to: OplogTimestamp;
  /** There are snapshots of earlier chains as well. */
  readonly earlierChains: boolean;
}

/** From the oldest snapshot of the chain to the end of the archive; null while there is nothing. Pure. */
export function windowOf({ capture, snapshots }: ProtectionView): Window | null {
  const tail = capture?.tail ?? null;
  if (tail === null) return null;
  const starts = snapshots.filter(({ chain }) => chain === tail.chain).map(({ ts }) => ts);
  const [from] = starts.sort(compareTimestamps);
  if (from === undefined) return null;
  const to = tail.archivedTo.ts;
  const earlierChains = starts.length < snapshots.length;
  return { from, to: compareTimestamps(to, from) < 0 ? from : to, earlierChains };
}
