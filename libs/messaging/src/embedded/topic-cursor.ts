import type { IncomingMessage } from '@headwater/messaging';
import type { MessageLog, OffsetPage } from './message-log.js';

/** A place in a topic, between the messages that were taken and the ones to come. */
export class TopicCursor {
  readonly topic: string;
  /** A message had gone when it was to be taken: a later one of its key had replaced it, or it had expired. */
  hasSkipped = false;
  private readonly log: MessageLog;
  private readonly keyPrefix: string | null;
  private offsets: readonly number[];
  private taken = 0;
  private next: number;

  /** Takes the offsets of `page`, then every later message whose key has the prefix; null: none. */
  constructor(log: MessageLog, topic: string, page: OffsetPage, keyPrefix: string | null) {
    this.log = log;
    this.topic = topic;
    this.keyPrefix = keyPrefix;
    this.offsets = page.offsets;
    this.next = page.next;
  }

  /** The message to be taken next, read afresh at every call; undefined at the end. */
  async current(): Promise<IncomingMessage | undefined> {
    for (;;) {
      const offset = this.offsets[this.taken] ?? (await this.nextPage());
      if (offset === undefined) return undefined;
      const message = await this.log.message(this.topic, offset);
      if (message !== undefined) return message;
      this.hasSkipped = true;
      this.advance();
    }
  }

  advance(): void {
    this.taken += 1;
  }

  private async nextPage(): Promise<number | undefined> {
    if (this.keyPrefix === null) return undefined;
    const page = await this.log.offsetsFrom(this.topic, this.next, this.keyPrefix);
    this.offsets = page.offsets;
    this.taken = 0;
    this.next = page.next;
    return this.offsets[0];
  }
}
