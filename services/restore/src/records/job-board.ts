import { realpath } from 'node:fs/promises';
import pLimit from 'p-limit';
import type { Clock } from '@headwater/clock';
import { restoreJobKey, restoreJobState } from '@headwater/contracts';
import type { RestoredCollection, RestoreJobBody, RestoreWait } from '@headwater/contracts';
import type { MessageBus } from '@headwater/messaging';
import type { Logger, Publisher } from '@headwater/service-kit';
import { jobsOnBus } from './bus-jobs.js';
import { surplus } from './finished-jobs.js';
import type { JobMetrics } from './job-metrics.js';
import type { JobJournal } from './job-journal.js';
import type { JobRecord } from './job-record.js';
import { evolve, isFinished } from './restore-job.js';
import type { RestoreJobEvent } from './restore-job.js';

export interface JobBoardOptions {
  readonly journal: JobJournal;
  readonly metrics: JobMetrics;
  readonly bus: MessageBus;
  readonly stateTopic: string;
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly host: string;
}

const publishEveryMillis = 1000;

interface Entry {
  record: JobRecord;
  waitsFor: RestoreWait | null;
  publishedAt: number;
  /** Changes of one job are written in the order in which they were asked for. */
  readonly inTurn: ReturnType<typeof pLimit>;
}

/** Every restore job of this host: what REST answers, what the journal keeps, and what the state topic says. */
export class JobBoard {
  private readonly entries = new Map<string, Entry>();

  constructor(private readonly options: JobBoardOptions) {}

  /**
   * Reads what this host had before: the journal, and from the bus what the journal does not have. A record that cannot be
   * read is set aside before the bus' word takes its place. Finished jobs that are
   * too many or too old are forgotten.
   *
   * @returns what is still open, in the order in which it was asked for
   */
  async recover(): Promise<readonly JobRecord[]> {
    const { journal, logger } = this.options;
    const { records, unreadable } = await journal.read();
    for (const { path, error } of unreadable) {
      logger.error({ logId: 'job.unreadable', path, err: error }, 'the record of a restore cannot be read');
    }
    this.entries.clear();
    for (const record of records) this.put(record);
    for (const job of await jobsOnBus(this.options)) {
      if (!this.entries.has(job.id)) {
        await journal.setAside(job.id);
        await this.add(adopted(job, await placeOf(job), this.nextSequence()));
      }
    }
    await this.forgetSurplus();
    this.count();
    return this.records().filter(({ open }) => open);
  }

  /** Newest first. */
  all(): readonly RestoreJobBody[] {
    return this.accepted().map(view).reverse();
  }

  find(id: string): RestoreJobBody | null {
    const entry = this.entries.get(id);
    return entry?.record.accepted === true ? view(entry) : null;
  }

  /** In the order in which they were asked for. */
  records(): readonly JobRecord[] {
    return this.sorted().map(({ record }) => record);
  }

  /** @throws Error when there is none */
  record(id: string): JobRecord {
    return this.entry(id).record;
  }

  nextSequence(): number {
    return Math.max(0, ...[...this.entries.values()].map(({ record }) => record.sequence)) + 1;
  }

  /** @throws when the record cannot be made durable; nothing is known of it then */
  async add(record: JobRecord): Promise<void> {
    await this.options.journal.write(record);
    this.put(record);
    await this.publish(this.entry(record.job.id));
  }

  /** Changes what is known beside the job itself. Durable when it resolves. */
  amend(id: string, change: Partial<Omit<JobRecord, 'job' | 'format'>>): Promise<void> {
    const entry = this.entry(id);
    return entry.inTurn(async () => {
      await this.options.journal.write({ ...entry.record, ...change });
      entry.record = { ...entry.record, ...change };
      if (change.accepted === true) {
        this.count(entry.record.job);
        await this.publish(entry);
      }
    });
  }

  /**
   * Applies an event. Durable when it resolves, but for progress, which is published about once a second.
   *
   * @throws Error for an event that cannot happen to it; whatever keeps the record from being written
   */
  note(id: string, event: RestoreJobEvent): Promise<RestoreJobBody> {
    const entry = this.entry(id);
    return event.kind === 'progressed'
      ? this.noteProgress(entry, event)
      : entry.inTurn(async () => {
          await this.options.journal.write({ ...entry.record, job: evolve(entry.record.job, event) });
          // Progress may have come in meanwhile.
          entry.record = { ...entry.record, job: evolve(entry.record.job, event) };
          this.count(entry.record.job);
          await this.publish(entry);
          return view(entry);
        });
  }

  /** What a job that has not begun waits for; null once it begins. */
  setWaiting(id: string, waitsFor: RestoreWait | null): void {
    const entry = this.entries.get(id);
    if (entry !== undefined) entry.waitsFor = waitsFor;
  }

  /** What a job said when its delivery began, where the journal may not have heard of it. */
  replace(id: string, job: RestoreJobBody): void {
    const entry = this.entry(id);
    entry.record = { ...entry.record, job };
  }

  async setCollections(id: string, collections: readonly RestoredCollection[]): Promise<void> {
    await this.options.journal.writeCollections(id, collections);
  }

  /** Every collection that was seen in the restored files; null before that. */
  collections(id: string): Promise<readonly RestoredCollection[] | null> {
    return this.options.journal.readCollections(id);
  }

  /** Forgets a job; the state topic forgets it too. */
  async remove(id: string): Promise<void> {
    const { journal, bus, stateTopic } = this.options;
    const { accepted } = this.record(id);
    await journal.remove(id);
    this.entries.delete(id);
    this.count();
    if (accepted) {
      const tombstone = { key: restoreJobKey(id), headers: {}, value: null };
      await bus.produce(stateTopic, [tombstone]).catch(this.refused(id));
    }
  }

  /** Called when a job has ended. */
  async forgetSurplus(): Promise<void> {
    for (const id of surplus(this.all(), this.options.clock.nowMillis())) {
      if (!this.record(id).open) await this.remove(id);
    }
  }

  private count(changed?: RestoreJobBody): void {
    const { metrics } = this.options;
    metrics.known(this.all());
    if (changed !== undefined && isFinished(changed)) metrics.ended(changed);
  }

  private async noteProgress(entry: Entry, event: RestoreJobEvent): Promise<RestoreJobBody> {
    entry.record = { ...entry.record, job: evolve(entry.record.job, event) };
    if (this.options.clock.ticksMillis() - entry.publishedAt >= publishEveryMillis) {
      await this.publish(entry);
    }
    return view(entry);
  }

  /** A bus that refuses delays no restore: the next change says the same again, and more. */
  private async publish(entry: Entry): Promise<void> {
    const { publisher, clock } = this.options;
    const { job, accepted } = entry.record;
    if (!accepted) return;
    entry.publishedAt = clock.ticksMillis();
    await publisher.state(restoreJobState, restoreJobKey(job.id), job).catch(this.refused(job.id));
  }

  private refused(id: string): (error: unknown) => void {
    return (error) => {
      const fields = { logId: 'job.state-refused', restore: id, err: error };
      this.options.logger.warn(fields, 'the bus refuses the state of a job');
    };
  }

  private put(record: JobRecord): void {
    const entry = { record, waitsFor: null, publishedAt: Number.NEGATIVE_INFINITY, inTurn: pLimit(1) };
    this.entries.set(record.job.id, entry);
  }

  private entry(id: string): Entry {
    const entry = this.entries.get(id);
    if (entry === undefined) throw new Error(`there is no restore ${id}`);
    return entry;
  }

  private sorted(): Entry[] {
    return [...this.entries.values()].sort((a, b) => a.record.sequence - b.record.sequence);
  }

  private accepted(): Entry[] {
    return this.sorted().filter(({ record }) => record.accepted);
  }
}

function view({ record, waitsFor }: Entry): RestoreJobBody {
  return waitsFor === null || isFinished(record.job) ? record.job : { ...record.job, waitsFor };
}

/** Where its target is, symbolic links followed. One that is gone is where it was asked for. */
function placeOf({ delivery }: RestoreJobBody): Promise<string> {
  return realpath(delivery.path).catch(() => delivery.path);
}

/** A job of which the bus alone knows: its record was lost. */
function adopted(job: RestoreJobBody, place: string, sequence: number): JobRecord {
  return {
    ...{ format: 1, sequence, accepted: true, open: !isFinished(job), made: null, key: null, ending: null },
    ...{ place, top: null, replayedTo: null },
    // Unknown: its directory has what was there when it was accepted.
    neededBytes: 0,
    job,
  };
}
