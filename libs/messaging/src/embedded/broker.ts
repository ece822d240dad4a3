import type { OutgoingMessage } from '@headwater/messaging';
import { BusFile, memory } from './bus-file.js';
import { ChangeSignal } from './change-signal.js';
import { FileGroupLock } from './file-group-lock.js';
import type { GroupLock } from './group-lock.js';
import { MemoryGroups } from './memory-group-lock.js';
import { MessageLog } from './message-log.js';

/** What the clients of one connection share. It is closed when the last of them has left. */
export class Broker {
  readonly log: MessageLog;
  readonly changes: ChangeSignal;
  private readonly file: BusFile;
  private readonly memoryGroups = new MemoryGroups();
  private clients = 1;
  private dataVersion: number;

  private constructor(file: BusFile, pollMillis: number) {
    this.file = file;
    this.log = new MessageLog(file);
    this.dataVersion = file.dataVersion();
    const poll = { everyMillis: pollMillis, hasChanged: () => this.hasChanged() };
    this.changes = new ChangeSignal(file.path === memory ? null : poll);
  }

  static async open(file: string, pollMillis: number): Promise<Broker> {
    const busFile = await BusFile.open(file);
    try {
      return await busFile.read(() => new Broker(busFile, pollMillis));
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
    if (this.clients === 0) this.file.close();
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
