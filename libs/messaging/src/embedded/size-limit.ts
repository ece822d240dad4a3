import type { TopicRetention } from '@headwater/contracts';
import { messagingErrors } from '@headwater/messaging';
import type { OutgoingMessage } from '@headwater/messaging';
import type { BusFile } from './bus-file.js';

export interface SizeLimitOptions {
  readonly file: BusFile;
  readonly retention: Readonly<Record<string, TopicRetention>>;
  /** Of the file and its write-ahead log. */
  readonly limitBytes: number;
}

/**
 * The size at which a bus file takes no more messages. Topics that do not hold what is unread have an eighth more:
 * whoever reads must be able to say how far it came, or nothing would ever make room.
 */
export class SizeLimit {
  private readonly options: SizeLimitOptions;

  constructor(options: SizeLimitOptions) {
    this.options = options;
  }

  /**
   * To be called within the write that appends them.
   *
   * @throws messagingErrors.limitReached.
   */
  check(topic: string, messages: readonly OutgoingMessage[]): void {
    const { file, limitBytes } = this.options;
    if (limitBytes === Infinity) return;
    const coming = messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
    const bytes = file.space().usedBytes + file.logBytes();
    if (bytes + coming <= limitBytes + (this.mayUseReserve(topic) ? limitBytes / 8 : 0)) return;
    throw messagingErrors.limitReached(
      `the bus file ${file.path} has ${bytes} bytes, and no room for ${coming} more on ${topic}`,
      { details: { file: file.path, topic, bytes, coming, limitBytes } },
    );
  }

  private mayUseReserve(topic: string): boolean {
    const retention = this.options.retention[topic];
    return retention !== undefined && !(retention.cleanup === 'delete' && retention.holdsUnread);
  }
}
