import { z } from 'zod';

/** An event as it was published. */
export const recentEventSchema = z.object({
  /** The same fact has the same id, however often it was published. */
  id: z.string(),
  /** `io.headwater.<noun>.<fact>.v<major>`. */
  type: z.string(),
  /** Who says so: `/headwater/<service>/<instance>`. */
  source: z.string(),
  /** The deployment that it is about. */
  subject: z.string().nullable(),
  /** By the clock of who says so. */
  time: z.iso.datetime(),
  /** As the event's type has it; null where it is no JSON, or larger than 16 KiB. */
  data: z.unknown(),
});

export type RecentEventBody = z.infer<typeof recentEventSchema>;
