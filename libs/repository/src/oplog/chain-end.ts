import { compareTimestamps, parseTimestampKey, timestampKey } from '@headwater/oplog';
import type { OplogTimestamp } from '@headwater/oplog';
import { z } from 'zod';
import { formatSchema, positionSchema, timeSchema } from '../encoding/schemas.js';

/** The range (from, to] no longer exists anywhere: the chain ends at `from`. */
export const gapSchema = z.object({
  format: formatSchema,
  from: positionSchema,
  to: positionSchema,
  /** For people. */
  reason: z.string(),
  createdAt: timeSchema,
});
export type Gap = Readonly<z.infer<typeof gapSchema>>;

/** The history that the chain holds was replaced by a rollback: the source no longer has the entry at `at`, the chain's last. */
export const forkSchema = z.object({
  format: formatSchema,
  at: positionSchema,
  /** What the source has there instead, where it is known. */
  found: positionSchema.nullable(),
  /** For people. */
  reason: z.string(),
  createdAt: timeSchema,
});
export type Fork = Readonly<z.infer<typeof forkSchema>>;

/** What a listing tells of why a chain ended. */
export type ChainEnd =
  | { readonly kind: 'gap'; readonly key: string; readonly from: OplogTimestamp; readonly to: OplogTimestamp }
  | { readonly kind: 'fork'; readonly key: string; readonly at: OplogTimestamp };

const gapForm = /^(.{21})-(.{21})\.gap\.json$/;
const forkForm = /^(.{21})\.fork\.json$/;

export function gapName({ from, to }: Gap): string {
  return `${timestampKey(from.ts)}-${timestampKey(to.ts)}.gap.json`;
}

export function forkName({ at }: Fork): string {
  return `${timestampKey(at.ts)}.fork.json`;
}

/** The name of an object in a chain's folder, read; null when it is no end. */
export function parseEndName(name: string, key: string): ChainEnd | null {
  const gap = gapForm.exec(name);
  const from = parseTimestampKey(gap?.[1] ?? '');
  const to = parseTimestampKey(gap?.[2] ?? '');
  if (from !== null && to !== null) {
    return { kind: 'gap', key, from, to };
  }
  const at = parseTimestampKey(forkForm.exec(name)?.[1] ?? '');
  return at === null ? null : { kind: 'fork', key, at };
}

/** The last timestamp that a chain may still have: entries above it belong to no history, or are lost. */
export function lastBefore(end: ChainEnd): OplogTimestamp {
  return end.kind === 'gap' ? end.from : end.at;
}

/** The end that a chain came to first; null for one that may go on. */
export function firstEndOf(ends: readonly ChainEnd[]): ChainEnd | null {
  return [...ends].sort((a, b) => compareTimestamps(lastBefore(a), lastBefore(b)))[0] ?? null;
}
