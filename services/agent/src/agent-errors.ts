import { defineErrors, isHeadwaterError, messageOf } from '@headwater/errors';

export const agentErrors = defineErrors('AGENT', {
  otherSource: {
    number: 10001,
    retryable: true,
    solution:
      'Point HEADWATER_MONGODB_URI at the replica set that this agent protects; for the other one start an agent with its own HEADWATER_DEPLOYMENT.',
  },
  deploymentTaken: {
    number: 10002,
    retryable: true,
    solution: 'Give this replica set its own HEADWATER_DEPLOYMENT and restart the agent.',
  },
  tailRuns: { number: 90001, solution: 'Report this with the log: a second tail was started.' },
});

/** For people: what is wrong and, where it is known, what to do. */
export function reasonOf(error: unknown): string {
  return isHeadwaterError(error) ? `${error.message} (${error.code}: ${error.solution})` : messageOf(error);
}
