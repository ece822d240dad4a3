import { decodeJsonEvent, restoreJobKeyPrefix, restoreJobState } from '@headwater/contracts';
import type { RestoreJobBody } from '@headwater/contracts';
import type { MessageBus } from '@headwater/messaging';
import type { Logger } from '@headwater/service-kit';

export interface BusJobsOptions {
  readonly bus: MessageBus;
  readonly stateTopic: string;
  readonly logger: Logger;
  readonly host: string;
}

/** The jobs of this host as the state topic has them, in the order in which they were asked for. */
export async function jobsOnBus({
  bus,
  stateTopic,
  logger,
  host,
}: BusJobsOptions): Promise<RestoreJobBody[]> {
  const jobs: RestoreJobBody[] = [];
  const watch = await bus.watch({
    topic: stateTopic,
    keyPrefix: restoreJobKeyPrefix,
    onValue: (message) => {
      if (message.value === null) return;
      const decoded = decodeJsonEvent(restoreJobState, message);
      if (decoded.ok && decoded.value.host === host) jobs.push(decoded.value);
    },
    onError: (error) => {
      const fields = { logId: 'jobs.unreadable', err: error };
      logger.error(fields, 'earlier restore jobs cannot be read: trying again');
    },
  });
  await watch.stop();
  return jobs.sort((a, b) => (a.createdAt < b.createdAt ? -1 : 1));
}
