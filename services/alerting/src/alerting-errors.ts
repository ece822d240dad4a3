import { defineErrors } from '@headwater/errors';

export const alertingErrors = defineErrors('ALERTING', {
  unknownReplicaSet: {
    number: 10001,
    solution: 'GET /v1/replica-sets lists the replica sets that an agent or ingest has spoken of.',
  },
  eventsUnread: {
    number: 10002,
    retryable: true,
    solution:
      'Ask again in a moment, or ask the alerting service that is active; one takes over when the other ends.',
  },
});

const statuses: ReadonlyMap<string, number> = new Map([[alertingErrors.unknownReplicaSet.code, 404]]);

/** HTTP status of an error's code; undefined where the default does. */
export function statusOf(code: string): number | undefined {
  return statuses.get(code);
}
