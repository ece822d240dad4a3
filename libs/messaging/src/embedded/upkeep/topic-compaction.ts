import type { TopicRetention } from '@headwater/contracts';
import { Compaction } from './compaction.js';
import { transactionMessages } from './expiry.js';
import type { KeptMessages, KeptTopic } from './kept-messages.js';

export interface CompactionOptions {
  readonly messages: KeptMessages;
  readonly retention: Extract<TopicRetention, { cleanup: 'compact' }>;
  /** Awaited between two steps: it lets others have the file, and throws where upkeep is to stop. */
  readonly pause: () => Promise<void>;
}

/** A topic is gone through once it has grown by a quarter, and by this many messages at least. */
const leastGrowth = 64;

/** Leaves the newest message of every key on one topic. */
export class TopicCompaction {
  private readonly options: CompactionOptions;
  private readTo = 0;
  private left = 0;

  constructor(options: CompactionOptions) {
    this.options = options;
  }

  /** @param now milliseconds since 1970 */
  async run(topic: KeptTopic, now: number): Promise<void> {
    const grown = topic.end - this.readTo;
    if (grown < Math.max(leastGrowth, this.left / 4)) return;
    const { retention, messages } = this.options;
    const compaction = new Compaction({
      replacedBefore: now - retention.replacedSeconds * 1000,
      tombstonesBefore: now - retention.tombstoneSeconds * 1000,
    });
    const end = topic.committedTo ?? topic.end;
    let left = topic.end - end;
    for (let from = 0; from < end;) {
      const page = await messages.messages(topic.id, from, end, transactionMessages);
      const going = page.filter((message) => compaction.goes(message));
      // A group is not that far after all: the next round looks again.
      if (going.length > 0 && !(await messages.remove(topic.id, going))) return;
      left += page.length - going.length;
      const last = page.length < transactionMessages ? undefined : page.at(-1);
      from = last === undefined ? end : last.offset + 1;
      await this.options.pause();
    }
    this.readTo = topic.end;
    this.left = left;
  }
}
