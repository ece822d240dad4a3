import { Timestamp } from 'bson';
import type { OplogTimestamp, Position } from '@headwater/oplog';

/** How the server writes a position: `{ts: Timestamp, t: long}`. */
export type Optime = { readonly ts: Timestamp; readonly t: number };

export function bsonTimestamp({ t, i }: OplogTimestamp): Timestamp {
  return new Timestamp({ t, i });
}

export function oplogTimestamp(ts: Timestamp): OplogTimestamp {
  return { t: ts.t, i: ts.i };
}

export function positionOf({ ts, t }: Optime): Position {
  return { ts: oplogTimestamp(ts), term: t };
}
