import type { Clock } from '@headwater/clock';
import { decodeJsonEvent, restoreJobKey, restoreJobKeyPrefix, restoreJobState } from '@headwater/contracts';
import type { RestoreJobBody } from '@headwater/contracts';
import type { MessageBus } from '@headwater/messaging';
import type { Logger, Publisher } from '@headwater/service-kit';
import { evolve, isFinished } from './restore-job.js';
import type { RestoreJobEvent } from './restore-job.js';

export interface JobBoardOptions {
  readonly bus: MessageBus;
  readonly stateTopic: string;
  readonly publisher: Publisher;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly host: string;
}

const publishEveryMillis = 1000;

/** Every restore job of this host: what REST answers, and what the state topic says. */
export class JobBoard {
  private readonly jobs = new Map<string, RestoreJobBody>();
  private readonly publishedAt = new Map<string, number>();

  constructor(private readonly options: JobBoardOptions) {}

  /** Reads the jobs that this host had before. Returns those that a process before this one left unfinished. */
  async recover(): Promise<readonly RestoreJobBody[]> {
    const { bus, stateTopic, host, logger } = this.options;
    const watch = await bus.watch({
      topic: stateTopic,
      keyPrefix: restoreJobKeyPrefix,
      onValue: (message) => {
        const decoded = decodeJsonEvent(restoreJobState, message);
        if (decoded.ok && decoded.value.host === host) {
          this.jobs.set(decoded.value.id, decoded.value);
        }
      },
      onError: (error) => {
        logger.error(
          { logId: 'jobs.unreadable', err: error },
          'earlier restore jobs cannot be read: trying again',
        );
      },
    });
    await watch.stop();
    return this.all().filter((job) => !isFinished(job));
  }

  /** Newest first. */
  all(): readonly RestoreJobBody[] {
    return [...this.jobs.values()].sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  }

  find(id: string): RestoreJobBody | null {
    return this.jobs.get(id) ?? null;
  }

  /** A job that nobody would know of after a crash does not begin: throws when the bus refuses it. */
  async add(job: RestoreJobBody): Promise<void> {
    await this.options.publisher.state(restoreJobState, restoreJobKey(job.id), job);
    this.jobs.set(job.id, job);
  }

  /** What a job said when its delivery began, where the bus may not have heard of it. */
  replace(job: RestoreJobBody): void {
    this.jobs.set(job.id, job);
  }

  /** Applies an event. Progress is published about once a second, everything else at once. */
  async note(id: string, event: RestoreJobEvent): Promise<RestoreJobBody> {
    const job = this.jobs.get(id);
    if (job === undefined) {
      throw new Error(`there is no restore ${id}`);
    }
    const next = evolve(job, event);
    this.jobs.set(id, next);
    const since = this.options.clock.ticksMillis() - (this.publishedAt.get(id) ?? Number.NEGATIVE_INFINITY);
    if (event.kind !== 'progressed' || since >= publishEveryMillis) {
      await this.publish(next);
    }
    return next;
  }

  /** A bus that refuses delays no restore: the next change says the same again, and more. */
  private async publish(job: RestoreJobBody): Promise<void> {
    this.publishedAt.set(job.id, this.options.clock.ticksMillis());
    try {
      await this.options.publisher.state(restoreJobState, restoreJobKey(job.id), job);
    } catch (error) {
      this.options.logger.warn(
        { logId: 'job.state-refused', restore: job.id, err: error },
        'the bus refuses the state of a job',
      );
    }
  }
}
