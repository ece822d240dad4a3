import type { ReplicaSetSource } from '@headwater/mongodb';
import { compareTimestamps } from '@headwater/oplog';
import type { Position } from '@headwater/oplog';
import { closeSource } from '../source/source-opening.js';
import type { OpenSource } from '../source/source-opening.js';

/**
 * Another member that can deliver more than what lies up to `from`, the best one first; null when there is none that
 * answers. Whoever is silent because nothing is written anywhere stays the one that is read.
 */
export async function betterMember(
  openSource: OpenSource,
  silent: string,
  from: Position,
  signal: AbortSignal,
): Promise<ReplicaSetSource | null> {
  const asked = [silent];
  for (;;) {
    const other = await openSource({ avoid: asked, signal });
    const { member } = other.identity;
    try {
      if (!asked.includes(member) && (await hasMore(other, from))) {
        return other;
      }
    } catch (error) {
      await closeSource(other);
      throw error;
    }
    await closeSource(other);
    if (asked.includes(member)) {
      return null;
    }
    asked.push(member);
  }
}

/** A tail delivers what is on a majority, and no more. */
async function hasMore(mongo: ReplicaSetSource, from: Position): Promise<boolean> {
  const { majority } = await mongo.oplogBounds();
  return compareTimestamps(majority.ts, from.ts) > 0;
}
