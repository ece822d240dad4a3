import { z } from 'zod';
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
export const restoreTargetSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('latest') }),
  z.strictObject({ kind: z.literal('time'), time: wholeSecond }),
  z.strictObject({ kind: z.literal('timestamp'), t: uint32, i: uint32 }),
  z.strictObject({ kind: z.literal('snapshot'), snapshotId: z.string().min(1) }),
]);

/** Where the data files go. `path`: an absolute path on the host of the restore service; empty, or not there yet. */
export const restoreDeliverySchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('directory'),
    path: z.string().min(1).max(4096).startsWith('/', 'path must be absolute'),
  }),
]);

export const restoreRequestSchema = z.strictObject({
  deploymentId: idSchema,
  target: restoreTargetSchema,
  /** Restores from this chain where the target lies in more than one; the newest by default. */
  chain: z.string().min(1).optional(),
  delivery: restoreDeliverySchema,
});

export type RestoreTarget = z.infer<typeof restoreTargetSchema>;
export type RestoreDelivery = z.infer<typeof restoreDeliverySchema>;
export type RestoreRequest = z.infer<typeof restoreRequestSchema>;
