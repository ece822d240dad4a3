import type { Clock } from '@headwater/clock';
import type { TopicRetention } from '@headwater/contracts';
import type { OutgoingMessage } from '@headwater/messaging';
import { BusFile, memory } from './bus-file.js';
import { ChangeSignal } from './change-signal.js';
import { FileGroupLock } from './file-group-lock.js';
import type { GroupLock } from './group-lock.js';
import { MemoryGroups } from './memory-group-lock.js';
import { MessageLog } from './message-log.js';
import { SizeLimit } from './size-limit.js';
import { Upkeep } from './upkeep/upkeep.js';

/** What `EmbeddedBusOptions` says, with nothing left out. */
export interface BrokerOptions {
  readonly pollMillis: number;
  readonly clock: Clock;
  readonly retention: Readonly<Record<string, TopicRetention>>;
  readonly limitBytes: number;
  readonly upkeep: {
    readonly keptBytes: number;
    readonly everyMillis: number;
    onFailure(error: unknown): void;
  } | null;
}

/** Whose lock says who does the upkeep. No consumer can have it: `checkGroup` refuses U+0000. */
export const upkeepGroup = '\0upkeep';

/** What the clients of one connection share. It is closed when the last of them has left. */
export class Broker {
  readonly log: MessageLog;
  readonly changes: ChangeSignal;
  private readonly file: BusFile;
  private readonly memoryGroups = new MemoryGroups();
  private clients = 1;
  private readonly upkeep: Upkeep | null;
  private dataVersion: number;

  private constructor(file: BusFile, options: BrokerOptions) {
    const { retention, limitBytes, clock, pollMillis } = options;
    this.file = file;
    this.log = new MessageLog(file, new SizeLimit({ file, retention, limitBytes }));
    this.dataVersion = file.dataVersion();
    const poll = { everyMillis: pollMillis, hasChanged: () => this.hasChanged() };
    this.changes = new ChangeSignal(file.path === memory ? null : poll);
    this.upkeep =
      options.upkeep === null
        ? null
        : new Upkeep({ file, lock: this.lockOf(upkeepGroup), retention, clock, ...options.upkeep });
    this.upkeep?.start();
  }

  static async open(file: string, options: BrokerOptions): Promise<Broker> {
    const busFile = await BusFile.open(file);
    try {
      return await busFile.read(() => new Broker(busFile, options));
    } catch (error) {
      busFile.close();
      throw error;
    }
  }

  async append(topic: string, messages: readonly OutgoingMessage[], at: Date): Promise<void> {
    await this.log.append(topic, messages, at);
    this.changes.nudge();
  }

  lockOf(group: string): GroupLock {
    return this.file.path === memory
      ? this.memoryGroups.lockOf(group)
      : new FileGroupLock(this.file.path, group);
  }

  join(): void {
    this.clients += 1;
  }

  /** Begun calls end first. */
  async leave(): Promise<void> {
    await this.file.idle();
    this.clients -= 1;
    if (this.clients > 0) return;
    await this.upkeep?.stop();
    this.file.close();
  }

  private hasChanged(): boolean {
    try {
      const before = this.dataVersion;
      this.dataVersion = this.file.dataVersion();
      return this.dataVersion !== before;
    } catch {
      return true; // Whoever wakes meets the error where it reads, and reports it.
    }
  }
}
