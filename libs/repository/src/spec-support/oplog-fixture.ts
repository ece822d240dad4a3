import { readPosition, type Position, type RawEntry } from '@headwater/oplog';
import { Long, serialize, Timestamp } from 'bson';

export function position(t: number, i = 1, term = 1): Position {
  return { ts: { t, i }, term };
}

/** A raw oplog entry; `content` tells entries of one position apart. */
export function entryAt({ ts, term }: Position, content: unknown = null): RawEntry {
  const bytes = Buffer.from(
    serialize({
      op: 'n',
      ns: '',
      o: { content },
      ts: new Timestamp(ts),
      t: Long.fromNumber(term),
      v: Long.fromNumber(2),
    }),
  );
  return { bytes, position: readPosition(bytes) };
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) {
    all.push(item);
  }
  return all;
}

/** What a promise is rejected with is the HeadwaterError of this code, with this in its message. */
export function failure(code: string, text = ''): Error {
  return expect.objectContaining({
    name: 'HeadwaterError',
    code,
    message: expect.stringContaining(text) as string,
  }) as Error;
}
