import { z } from 'zod';

/** The query of every list: at most `limit` items after the one that the cursor names. */
export const pageQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100).describe('At most this many items.'),
  cursor: z.string().min(1).optional().describe('`nextCursor` of the page before.'),
});

export type PageQuery = z.infer<typeof pageQuerySchema>;

export function listSchema<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().optional().describe('Left out on the last page.'),
  });
}
