import { z } from 'zod';

/** The query of every list: at most `limit` items after the one that the cursor names. */
export const pageQuerySchema = z.object({
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().min(1).optional(),
});

export type PageQuery = z.infer<typeof pageQuerySchema>;

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string;
}

/**
 * One page of an ordered list.
 *
 * @param keyOf unique; the cursor is the key of a page's last item, and an unknown one begins at the start
 */
export function pageOf<T>(
  items: readonly T[],
  { limit, cursor }: PageQuery,
  keyOf: (item: T) => string,
): Page<T> {
  const begin = cursor === undefined ? 0 : items.findIndex((item) => keyOf(item) === cursor) + 1;
  const page = items.slice(begin, begin + limit);
  const last = page.at(-1);
  return begin + limit < items.length && last !== undefined
    ? { items: page, nextCursor: keyOf(last) }
    : { items: page };
}
