import type { StatementSync } from 'node:sqlite';
import type { BusFile } from '../bus-file.js';

/** A topic of the file, as upkeep sees it. */
export interface KeptTopic {
  readonly id: number;
  readonly name: string;
  /** Of the next message. */
  readonly end: number;
  /** Every group that ever committed on the topic has committed all messages below it; null: none ever did. */
  readonly committedTo: number | null;
}

/** A message without its value. */
export interface KeptMessage {
  readonly offset: number;
  readonly key: string;
  /** Milliseconds since 1970, by the clock of its producer. */
  readonly at: number;
  /** About what it takes of the file. */
  readonly bytes: number;
  readonly isTombstone: boolean;
  /** Of the newest message of its key. */
  readonly newest: number;
}

/** Messages are looked at this many at a time. */
const messagesPerPage = 500;

/** What a message takes beside its own bytes. */
const overheadBytes = 100;

const statements = {
  topics: `SELECT id, name, next_offset AS end,
      (SELECT min(offset) + 1 FROM commits WHERE topic = topics.id) AS committedTo
    FROM topics ORDER BY id`,
  // `value IS NULL` would read every value whole; its type stands beside its size.
  messages: `SELECT messages.offset, messages.key, at, typeof(value) = 'null' AS isTombstone,
      octet_length(messages.key) + octet_length(headers) + ifnull(octet_length(value), 0) + ${overheadBytes} AS bytes,
      ifnull(newest.offset, -1) AS newest
    FROM messages LEFT JOIN newest ON newest.topic = messages.topic AND newest.key = messages.key
    WHERE messages.topic = :topic AND messages.offset >= :from AND messages.offset < :end
    ORDER BY messages.offset LIMIT :limit`,
  uncommitted: `SELECT 1 FROM commits WHERE topic = ? AND offset < ? LIMIT 1`,
  remove: `DELETE FROM messages WHERE topic = ? AND offset = ?`,
  forget: `DELETE FROM newest WHERE topic = ? AND key = ? AND offset = ?`,
};

/** What upkeep reads and removes of the messages in a bus file. */
export class KeptMessages {
  private readonly file: BusFile;
  private readonly sql: Readonly<Record<keyof typeof statements, StatementSync>>;

  constructor(file: BusFile) {
    this.file = file;
    const prepared = Object.entries(statements).map(([name, sql]) => [name, file.prepare(sql)]);
    this.sql = Object.fromEntries(prepared) as Record<keyof typeof statements, StatementSync>;
  }

  topics(): Promise<KeptTopic[]> {
    return this.file.read(() => this.sql.topics.all() as unknown as KeptTopic[]);
  }

  /** The first messages in [from, end), at most `limit` of them. */
  messages(topic: number, from: number, end: number, limit = messagesPerPage): Promise<KeptMessage[]> {
    return this.file.read(() =>
      this.sql.messages
        .all({ topic, from, end, limit })
        .map((row) => ({ ...(row as unknown as KeptMessage), isTombstone: row.isTombstone === 1 })),
    );
  }

  /**
   * Removes messages in one transaction, ascending by offset, unless a group has since shown that it is not that far.
   *
   * @returns false where nothing was removed.
   */
  remove(topic: number, messages: readonly KeptMessage[]): Promise<boolean> {
    return this.file.write(() => {
      const last = messages.at(-1);
      if (last === undefined || this.sql.uncommitted.get(topic, last.offset) !== undefined) return false;
      for (const { key, offset } of messages) {
        this.sql.remove.run(topic, offset);
        this.sql.forget.run(topic, key, offset);
      }
      return true;
    });
  }
}
