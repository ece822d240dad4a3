import type { Clock } from '@headwater/clock';
import { systemClock } from '@headwater/clock';
import type { TopicRetention } from '@headwater/contracts';
import { pause } from '@headwater/messaging';
import type { BusFile } from '../bus-file.js';
import type { GroupLock } from '../group-lock.js';
import { KeptMessages } from './kept-messages.js';
import type { KeptTopic } from './kept-messages.js';
import { Space } from './space.js';
import { TopicCompaction } from './topic-compaction.js';
import { TopicExpiry } from './topic-expiry.js';

export interface UpkeepOptions {
  readonly file: BusFile;
  /** Of everybody who could do the same: one of them does. */
  readonly lock: GroupLock;
  /** By the name of the topic; one that is not named keeps everything. */
  readonly retention: Readonly<Record<string, TopicRetention>>;
  /** How many bytes of committed messages stay on a topic of cleanup `delete`. */
  readonly keptBytes: number;
  /** From the end of one round to the next. */
  readonly everyMillis: number;
  readonly clock: Clock;
  /** What a round failed with; the next one tries again. */
  readonly onFailure: (error: unknown) => void;
}

/** Between two transactions, in real milliseconds: others look for the lock of the file every millisecond. */
const breathMillis = 3;

/** Keeps a bus file small, round by round, in short transactions. Any number of processes offer it; one does it. */
export class Upkeep {
  private readonly options: UpkeepOptions;
  private readonly messages: KeptMessages;
  private readonly space: Space;
  private readonly topics = new Map<string, TopicExpiry | TopicCompaction>();
  private readonly stopping = new AbortController();
  private held = false;
  private done: Promise<void> = Promise.resolve();

  constructor(options: UpkeepOptions) {
    this.options = options;
    this.messages = new KeptMessages(options.file);
    this.space = new Space({ file: options.file, pause: () => this.breathe() });
  }

  start(): void {
    this.done = this.run();
  }

  /** Resolves when nothing of it is under way and the lock is free. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('upkeep was stopped'));
    await this.done;
    this.options.lock.close();
  }

  /** All there is to do now. Only who holds the lock may call it. */
  async round(): Promise<void> {
    const now = this.options.clock.nowMillis();
    for (const topic of await this.messages.topics()) await this.keeperOf(topic)?.run(topic, now);
    await this.space.run();
  }

  private async run(): Promise<void> {
    const { clock, everyMillis, onFailure } = this.options;
    const { signal } = this.stopping;
    while (!signal.aborted) {
      try {
        await this.roundIfHeld();
      } catch (error) {
        if (!isAborted(signal)) onFailure(error);
      }
      await pause(clock, everyMillis, signal);
    }
  }

  private async roundIfHeld(): Promise<void> {
    this.held ||= this.options.lock.tryAcquire();
    if (this.held) await this.round();
  }

  private keeperOf({ name }: KeptTopic): TopicExpiry | TopicCompaction | undefined {
    const retention = this.options.retention[name];
    if (retention === undefined) return undefined;
    let keeper = this.topics.get(name);
    if (keeper === undefined) {
      const shared = { messages: this.messages, pause: () => this.breathe() };
      keeper =
        retention.cleanup === 'compact'
          ? new TopicCompaction({ ...shared, retention })
          : new TopicExpiry({ ...shared, retention, keptBytes: this.options.keptBytes });
      this.topics.set(name, keeper);
    }
    return keeper;
  }

  private async breathe(): Promise<void> {
    await pause(systemClock, breathMillis, this.stopping.signal);
    this.stopping.signal.throwIfAborted();
  }
}

/** Read anew: it changes while a round is awaited. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
