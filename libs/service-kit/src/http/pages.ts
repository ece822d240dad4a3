import type { PageQuery } from '@headwater/contracts';
import { BadRequestException } from '@nestjs/common';

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string;
}

/**
 * One page of an ordered list.
 *
 * @param keyOf unique; the cursor is the key of a page's last item
 * @throws BadRequestException for a cursor that names nothing: to begin at the start would give items twice
 */
export function pageOf<T>(
  items: readonly T[],
  { limit, cursor }: PageQuery,
  keyOf: (item: T) => string,
): Page<T> {
  const before = cursor === undefined ? -1 : items.findIndex((item) => keyOf(item) === cursor);
  if (cursor !== undefined && before < 0) {
    throw new BadRequestException('the cursor names nothing that is in the list: begin without one');
  }
  const begin = before + 1;
  const page = items.slice(begin, begin + limit);
  const last = page.at(-1);
  return begin + limit < items.length && last !== undefined
    ? { items: page, nextCursor: keyOf(last) }
    : { items: page };
}
