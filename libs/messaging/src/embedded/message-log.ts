import type { SQLOutputValue, StatementSync } from 'node:sqlite';
import { messagingErrors } from '@headwater/messaging';
import type { IncomingMessage, OutgoingMessage } from '@headwater/messaging';
import type { BusFile } from './bus-file.js';
import type { SizeLimit } from './size-limit.js';

/** Some offsets, ascending, and where to go on after them. */
export interface OffsetPage {
  readonly offsets: readonly number[];
  /** Every message below it was considered. */
  readonly next: number;
}

/** Offsets are read this many at a time, values one at a time: memory is bounded by the largest value. */
const offsetsPerPage = 500;

type Row = Record<string, SQLOutputValue>;

const topicId = '(SELECT id FROM topics WHERE name = :topic)';
const hasPrefix = 'substr(key, 1, length(:prefix)) = :prefix';
const messageColumns = 'offset, at, key, headers, value';

const statements = {
  advance: `INSERT INTO topics (name, next_offset) VALUES (:topic, :count)
    ON CONFLICT (name) DO UPDATE SET next_offset = next_offset + :count RETURNING id, next_offset`,
  append: `INSERT INTO messages (topic, offset, at, key, headers, value) VALUES (?, ?, ?, ?, ?, ?)`,
  renew: `INSERT INTO newest (topic, key, offset) VALUES (?, ?, ?)
    ON CONFLICT (topic, key) DO UPDATE SET offset = excluded.offset`,
  end: `SELECT next_offset FROM topics WHERE name = :topic`,
  offsets: `SELECT offset FROM messages
    WHERE topic = ${topicId} AND offset >= :from AND offset < :end AND ${hasPrefix} ORDER BY offset LIMIT ${offsetsPerPage}`,
  message: `SELECT ${messageColumns} FROM messages WHERE topic = ${topicId} AND offset = :offset`,
  newest: `SELECT ${messageColumns} FROM messages WHERE topic = ${topicId} AND value IS NOT NULL
    AND offset = (SELECT offset FROM newest WHERE topic = ${topicId} AND key = :key)`,
  // The end of the topic is the last row: one statement sees one state of the file.
  view: `SELECT offset FROM newest JOIN messages USING (topic, offset)
    WHERE topic = ${topicId} AND newest.key >= :prefix AND substr(newest.key, 1, length(:prefix)) = :prefix
    AND value IS NOT NULL
    UNION ALL SELECT next_offset FROM topics WHERE name = :topic ORDER BY 1`,
  committed: `SELECT offset FROM commits WHERE consumer_group = :group AND topic = ${topicId}`,
  commit: `INSERT INTO commits (consumer_group, topic, offset) VALUES (:group, ${topicId}, :offset)
    ON CONFLICT (consumer_group, topic) DO UPDATE SET offset = max(offset, excluded.offset)`,
};

/** The topics in a bus file: what was appended, what is the newest of each key, what each group has committed. */
export class MessageLog {
  private readonly file: BusFile;
  private readonly limit: SizeLimit;
  private readonly sql: Readonly<Record<keyof typeof statements, StatementSync>>;

  constructor(file: BusFile, limit: SizeLimit) {
    this.file = file;
    this.limit = limit;
    const prepared = Object.entries(statements).map(([name, sql]) => [name, file.prepare(sql)]);
    this.sql = Object.fromEntries(prepared) as Record<keyof typeof statements, StatementSync>;
  }

  /**
   * All of them or none, in order, durable when it resolves.
   *
   * @throws messagingErrors.limitReached where the file has no room for them.
   */
  async append(topic: string, messages: readonly OutgoingMessage[], at: Date): Promise<void> {
    await this.file.write(() => {
      this.limit.check(topic, messages);
      const { id, next_offset: end } = this.sql.advance.get({ topic, count: messages.length }) as {
        id: number;
        next_offset: number;
      };
      let offset = end - messages.length;
      for (const { key, headers, value } of messages) {
        this.sql.append.run(id, offset, at.getTime(), key, JSON.stringify(headers), value);
        this.sql.renew.run(id, key, offset);
        offset += 1;
      }
    });
  }

  /** The first offsets at or above `from` of messages whose key has the prefix. */
  offsetsFrom(topic: string, from: number, prefix: string): Promise<OffsetPage> {
    return this.file.read(() => {
      const end = this.endOf(topic);
      const offsets = this.sql.offsets.all({ topic, from, end, prefix }).map(offsetOf);
      const last = offsets.length === offsetsPerPage ? offsets.at(-1) : undefined;
      return { offsets, next: last === undefined ? Math.max(from, end) : last + 1 };
    });
  }

  /** The newest offset of every key with the prefix, without tombstones; `next` is the end of the topic. */
  view(topic: string, prefix: string): Promise<OffsetPage> {
    return this.file.read(() => {
      const offsets = this.sql.view.all({ topic, prefix }).map(offsetOf);
      const next = offsets.pop() ?? 0;
      return { offsets, next };
    });
  }

  /** Undefined for an offset that was never used or has expired. */
  message(topic: string, offset: number): Promise<IncomingMessage | undefined> {
    return this.file.read(() => messageOf(topic, this.sql.message.get({ topic, offset })));
  }

  /** The newest message of the key; undefined where there is none or it is a tombstone. */
  newest(topic: string, key: string): Promise<IncomingMessage | undefined> {
    return this.file.read(() => messageOf(topic, this.sql.newest.get({ topic, key })));
  }

  /** The offset that the group has committed, -1 before its first commit. */
  committed(group: string, topic: string): Promise<number> {
    return this.file.read(() => Number(this.sql.committed.get({ group, topic })?.offset ?? -1));
  }

  /**
   * Durable when it resolves. Changes nothing where the group has committed more already.
   *
   * @throws messagingErrors.invalidCommit for an offset that was never used.
   */
  async commit(group: string, topic: string, offset: number): Promise<void> {
    await this.file.write(() => {
      if (!Number.isSafeInteger(offset) || offset < 0 || offset >= this.endOf(topic)) {
        throw messagingErrors.invalidCommit(`offset ${offset} of ${topic} was never produced`, {
          details: { group, topic, offset },
        });
      }
      this.sql.commit.run({ group, topic, offset });
    });
  }

  private endOf(topic: string): number {
    return Number(this.sql.end.get({ topic })?.next_offset ?? 0);
  }
}

function offsetOf(row: Row): number {
  return Number(row.offset);
}

function messageOf(topic: string, row: Row | undefined): IncomingMessage | undefined {
  if (row === undefined) return undefined;
  const { value } = row;
  return {
    topic,
    partition: 0,
    offset: offsetOf(row),
    key: String(row.key),
    headers: JSON.parse(String(row.headers)) as Record<string, string>,
    value: ArrayBuffer.isView(value) ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : null,
    at: new Date(Number(row.at)),
  };
}
