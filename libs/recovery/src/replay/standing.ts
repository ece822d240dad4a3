import { oplogTop, readMinvalid, type Mongod } from '@headwater/mongod';
import { formatPosition, positionsEqual, type Position } from '@headwater/oplog';
import { recoveryErrors } from '../recovery-errors.js';

/** Where a data directory stands: what is applied, and what the last entry of its oplog is. */
export interface Standing {
  readonly begin: Position | null;
  readonly top: Position | null;
}

export async function standingOf(mongod: Mongod): Promise<Standing> {
  const minvalid = await readMinvalid(mongod);
  return { begin: minvalid?.begin ?? null, top: await oplogTop(mongod) };
}

/**
 * Recovery tells no failure of this kind: without the right `begin` it applies nothing, or the wrong entries, and
 * goes on (mongodb-facts 2.3). So it is checked before and after.
 *
 * @throws recoveryErrors.replayMissed
 */
export async function checkStanding(
  mongod: Mongod,
  expected: Partial<Standing>,
  when: string,
): Promise<void> {
  const found = await standingOf(mongod);
  for (const part of ['begin', 'top'] as const) {
    const wanted = expected[part];
    if (wanted === undefined || same(found[part], wanted)) continue;
    throw recoveryErrors.replayMissed(`${when}, ${part} is ${show(found[part])} and not ${show(wanted)}.`, {
      details: { part },
    });
  }
}

function same(a: Position | null, b: Position | null): boolean {
  return a === null || b === null ? a === b : positionsEqual(a, b);
}

function show(position: Position | null): string {
  return position === null ? 'missing' : formatPosition(position);
}
