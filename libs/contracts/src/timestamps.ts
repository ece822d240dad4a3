import { z } from 'zod';

const uint32 = z.int().min(0).max(0xffffffff);

/** A MongoDB timestamp: seconds since 1970, and a counter within the second. Never a Date. */
export const oplogTimestampSchema = z.strictObject({ t: uint32, i: uint32 }).readonly();

/** Where something stands in an oplog: the entry's timestamp and the term of the primary that wrote it. */
export const positionSchema = z.object({ ts: oplogTimestampSchema, term: z.int() }).readonly();

export type WireTimestamp = z.infer<typeof oplogTimestampSchema>;
export type WirePosition = z.infer<typeof positionSchema>;

/** `1764000000:3`, as timestamps travel in headers. */
export const timestampTextSchema = z
  .string()
  .regex(/^\d{1,10}:\d{1,10}$/)
  .transform((text): WireTimestamp => {
    const [t, i] = text.split(':').map(Number);
    return { t: t ?? 0, i: i ?? 0 };
  })
  .pipe(oplogTimestampSchema);

export function timestampText(ts: WireTimestamp): string {
  return `${String(ts.t)}:${String(ts.i)}`;
}
