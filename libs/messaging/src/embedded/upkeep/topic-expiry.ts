import type { TopicRetention } from '@headwater/contracts';
import { nextToExpire, transactionMessages } from './expiry.js';
import type { KeptMessages, KeptTopic } from './kept-messages.js';

export interface ExpiryOptions {
  readonly messages: KeptMessages;
  readonly retention: Extract<TopicRetention, { cleanup: 'delete' }>;
  /** How many bytes of committed messages stay on the topic. */
  readonly keptBytes: number;
  /** Awaited between two steps: it lets others have the file, and throws where upkeep is to stop. */
  readonly pause: () => Promise<void>;
}

/** Lets go of the oldest messages of one topic. Only who holds the lock of upkeep may: it counts what is there. */
export class TopicExpiry {
  private readonly options: ExpiryOptions;
  /** Every message below it has gone. */
  private first = 0;
  /** Every message below it, and none above it, is in `bytes`. */
  private countedTo = 0;
  private bytes = 0;

  constructor(options: ExpiryOptions) {
    this.options = options;
  }

  /** @param now milliseconds since 1970 */
  async run(topic: KeptTopic, now: number): Promise<void> {
    const { messages, retention, keptBytes } = this.options;
    const end = topic.committedTo ?? (retention.holdsUnread ? 0 : topic.end);
    if (end < this.countedTo) {
      // A group that is new has committed less.
      this.countedTo = this.first;
      this.bytes = 0;
    }
    await this.count(topic.id, end);
    const agedBefore = now - retention.maxAgeSeconds * 1000;
    for (;;) {
      const oldest = await messages.messages(topic.id, this.first, end, transactionMessages);
      const due = nextToExpire(oldest, { committedBytes: this.bytes, keptBytes, agedBefore });
      const last = due.at(-1);
      if (last === undefined || !(await messages.remove(topic.id, due))) return;
      this.first = last.offset + 1;
      this.bytes -= due.reduce((sum, { bytes }) => sum + bytes, 0);
      await this.options.pause();
    }
  }

  private async count(topic: number, end: number): Promise<void> {
    while (this.countedTo < end) {
      const page = await this.options.messages.messages(topic, this.countedTo, end);
      this.bytes += page.reduce((sum, { bytes }) => sum + bytes, 0);
      const last = page.at(-1);
      this.countedTo = last === undefined ? end : last.offset + 1;
      await this.options.pause();
    }
  }
}
