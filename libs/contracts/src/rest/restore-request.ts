import { z } from 'zod';
import { grows } from '../growth.js';
import { idSchema } from './deployment.js';

const wholeSecond = z.iso
  .datetime({
    offset: true,
    message: 'give an ISO 8601 time with its zone, for example 2026-11-23T08:00:00Z',
  })
  .refine((time) => new Date(time).getTime() % 1000 === 0, {
    message:
      'time is whole seconds: leave the fraction out, or use {"kind":"timestamp","t":…,"i":…} for a point within a second',
  });

const uint32 = z.int().min(0).max(0xffffffff);

/** What to restore to. `time` means every write up to and including that second. */
export const restoreTargetSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('latest') }),
    z.strictObject({ kind: z.literal('time'), time: wholeSecond }),
    z.strictObject({ kind: z.literal('timestamp'), t: uint32, i: uint32 }),
    z.strictObject({ kind: z.literal('snapshot'), snapshotId: z.string().min(1) }),
  ])
  .meta(grows);

/** Where the data files go. `path`: an absolute path on the host of the restore service; empty, or not there yet. */
export const restoreDeliverySchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('directory'),
      path: z.string().min(1).max(4096).startsWith('/', 'path must be absolute'),
    }),
  ])
  .meta(grows);

/** A query parameter that is not offered is refused: a misspelt dry run must not be a restore. */
export const createRestoreQuerySchema = z.strictObject({
  dryRun: z
    .enum(['true', 'false'])
    .optional()
    .describe('true: answers with the plan, or with the refusal; nothing is written and no job is made.'),
});

export const restoreIdSchema = z.string().min(1).max(100);

/** Characters of an `Idempotency-Key`, at most. */
export const longestIdempotencyKey = 255;

export const restoreRequestSchema = z.strictObject({
  deploymentId: idSchema,
  target: restoreTargetSchema,
  /** Restores from this chain where the target lies in more than one; the newest by default. */
  chain: z.string().min(1).optional(),
  delivery: restoreDeliverySchema,
});

export type RestoreTarget = z.infer<typeof restoreTargetSchema>;
export type RestoreDelivery = z.infer<typeof restoreDeliverySchema>;
export type CreateRestoreQuery = z.infer<typeof createRestoreQuerySchema>;
export type RestoreRequest = z.infer<typeof restoreRequestSchema>;
