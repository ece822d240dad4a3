import type { Position } from '@headwater/oplog';
import { Long, serialize, Timestamp } from 'bson';

/** A no-op of the oplog, as the server writes it. */
export function entryAt({ ts, term }: Position): Buffer {
  return Buffer.from(serialize({ op: 'n', ns: '', ts: new Timestamp(ts), t: Long.fromNumber(term) }));
}
