import { compareTimestamps, type OplogTimestamp } from '@headwater/oplog';

export function isBelow(a: OplogTimestamp, b: OplogTimestamp): boolean {
  return compareTimestamps(a, b) < 0;
}
