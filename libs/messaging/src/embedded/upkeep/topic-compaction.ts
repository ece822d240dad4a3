import type { TopicRetention } from '@headwater/contracts';
import { Compaction } from './compaction.js';
import { messagesPerPage } from './kept-messages.js';
import type { KeptMessage, KeptMessages, KeptTopic } from './kept-messages.js';

export interface CompactionOptions {
  readonly messages: KeptMessages;
  readonly retention: Extract<TopicRetention, { cleanup: 'compact' }>;
  /** Awaited between two steps: it lets others have the file, and throws where upkeep is to stop. */
  readonly pause: () => Promise<void>;
}

/** A topic is gone through once it has grown by a quarter, and by this many messages at least. */
const leastGrowth = 64;
/** One transaction removes no more: whoever produces waits for it. */
const transactionMessages = 200;

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
      const page = await messages.messages(topic.id, from, end);
      const going = page.filter((message) => compaction.goes(message));
      // A group is not that far after all: the next round looks again.
      if (!(await this.remove(topic.id, going))) return;
      left += page.length - going.length;
      const last = page.length < messagesPerPage ? undefined : page.at(-1);
      from = last === undefined ? end : last.offset + 1;
      await this.options.pause();
    }
    this.readTo = topic.end;
    this.left = left;
  }

  /** @returns false where the file refused a part of it. */
  private async remove(topic: number, going: readonly KeptMessage[]): Promise<boolean> {
    for (let taken = 0; taken < going.length; taken += transactionMessages) {
      const part = going.slice(taken, taken + transactionMessages);
      if (!(await this.options.messages.remove(topic, part))) return false;
      await this.options.pause();
    }
    return true;
  }
}
