import { defineErrors } from '@headwater/errors';

export const coordinatorErrors = defineErrors('COORDINATOR', {
  unknownDeployment: {
    number: 10001,
    solution: 'GET /v1/deployments lists the deployments that an agent or ingest has spoken of.',
  },
});

const statuses: ReadonlyMap<string, number> = new Map([[coordinatorErrors.unknownDeployment.code, 404]]);

/** HTTP status of an error's code; undefined where the default does. */
export function statusOf(code: string): number | undefined {
  return statuses.get(code);
}
