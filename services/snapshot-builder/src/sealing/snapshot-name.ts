import { createHash } from 'node:crypto';
import { formatPosition } from '@headwater/oplog';
import type { Position } from '@headwater/oplog';
import { snapshotId } from '@headwater/repository';

/** The same for the same sealing: one that is tried again after a crash makes no second snapshot. */
export function nameOf(kind: 'block' | 'log', chain: string, position: Position): string {
  const sealing = `${kind === 'block' ? '' : `${kind} `}${chain} ${formatPosition(position)}`;
  const suffix = createHash('sha256').update(sealing).digest('hex').slice(0, 8);
  return snapshotId(position.ts, suffix);
}
