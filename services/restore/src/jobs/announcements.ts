import { restoreCancelled, restoreCompleted, restoreFailed, restoreStarted } from '@headwater/contracts';
import type { JsonEvent, RestoreCompleted, RestoreJobBody } from '@headwater/contracts';
import type { Logger, Publisher } from '@headwater/service-kit';

/** What every event of a restore says. */
interface About {
  readonly deployment: string;
  readonly restoreId: string;
}

/** Tells the events topic what becomes of a job. */
export class Announcements {
  constructor(
    private readonly publisher: Publisher,
    private readonly logger: Logger,
  ) {}

  /** A restore does not wait, or fail, because nobody can be told that it began. */
  async started(job: RestoreJobBody): Promise<void> {
    const { target, chain } = job.plan;
    await this.announce(restoreStarted, job, 'started', { target, chain }).catch((error: unknown) => {
      this.logger.warn({ logId: 'bus.refused', restore: job.id, err: error }, 'the bus refuses an event');
    });
  }

  /**
   * How a finished job has ended. May be said again: the event has the same id.
   *
   * @throws what the bus says that does not take it
   */
  async ended(job: RestoreJobBody): Promise<void> {
    const { path } = job.delivery;
    const known = endingOf(job);
    if (job.state === 'Delivered') {
      const restoredTo = job.restoredTo ?? job.plan.target;
      const facts = { restoredTo, path, ...known, ...verificationOf(job) };
      await this.announce(restoreCompleted, job, 'completed', facts);
    } else if (job.state === 'Cancelled') {
      await this.announce(restoreCancelled, job, 'cancelled', { path, ...known });
    } else if (job.error !== undefined) {
      const { code, message: reason } = job.error;
      await this.announce(restoreFailed, job, 'failed', { code, reason, path, ...known });
    }
  }

  private async announce<T extends About>(
    event: JsonEvent<T>,
    { deploymentId: deployment, id: restoreId }: RestoreJobBody,
    fact: string,
    facts: Omit<T, keyof About>,
  ): Promise<void> {
    const data = { deployment, restoreId, ...facts } as T;
    await this.publisher.event(event, { deployment, id: `restore/${restoreId}/${fact}` }, data);
  }
}

function endingOf({ host, plan, createdAt, finishedAt }: RestoreJobBody) {
  return { host, chain: plan.chain, createdAt, ...(finishedAt === null ? {} : { finishedAt }) };
}

function verificationOf({ verification }: RestoreJobBody): Pick<RestoreCompleted, 'verification'> {
  if (verification === null) return {};
  const { method, mongodVersion, filesVerified, bytesVerified, documentsTotal: documents } = verification;
  const collections = verification.collectionsTotal ?? verification.collections.length;
  const seen = { method, mongodVersion, filesVerified, bytesVerified, collections };
  return { verification: { ...seen, ...(documents === undefined ? {} : { documents }) } };
}
