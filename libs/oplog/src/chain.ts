import { oplogErrors } from './oplog-errors.js';
import { parseTimestampKey, timestampKey, type OplogTimestamp } from './timestamp.js';

/** What names a chain: an unbroken run of slices, opened by the initial sync of one epoch. */
export interface ChainOrigin {
  /** Where the tail of the chain begins: its first slice contains this entry. */
  readonly beginFetching: OplogTimestamp;
  /** The epoch of the capture order that opened it: 0 to 9999999999. */
  readonly epoch: number;
}

const epochDigits = 10;
const form = /^(.{21})-(\d{10})$/;

/**
 * `tttttttttt.iiiiiiiiii-eeeeeeeeee`. The order of ids as strings is the order in time, then of epochs.
 *
 * @throws oplogErrors.invalidTimestamp when `beginFetching` is no timestamp or the epoch outside its range.
 */
export function chainId(beginFetching: OplogTimestamp, epoch: number): string {
  if (!Number.isSafeInteger(epoch) || epoch < 0 || epoch >= 10 ** epochDigits) {
    throw oplogErrors.invalidTimestamp(`not an epoch: ${String(epoch)}`);
  }
  return `${timestampKey(beginFetching)}-${String(epoch).padStart(epochDigits, '0')}`;
}

/** The inverse of `chainId`; null for everything that it never returns. */
export function parseChainId(id: string): ChainOrigin | null {
  const match = form.exec(id);
  const beginFetching = parseTimestampKey(match?.[1] ?? '');
  return beginFetching === null ? null : { beginFetching, epoch: Number(match?.[2]) };
}
