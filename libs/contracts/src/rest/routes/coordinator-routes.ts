import { z } from 'zod';
import { idSchema } from '../deployment.js';
import { pageQuerySchema } from '../page.js';
import { badRequest } from './route-contract.js';
import type { RouteContract } from './route-contract.js';

export const coordinatorRoutes: readonly RouteContract[] = [
  {
    method: 'get',
    path: '/v1/deployments',
    says: 'The deployments, and whether each is a replica set or a sharded cluster.',
    parameters: { query: pageQuerySchema },
    answers: { 200: { says: 'By id, ascending.', body: { listOf: 'DeploymentTopology' } } },
    problems: badRequest,
  },
  {
    method: 'get',
    path: '/v1/deployments/{deployment}',
    says: 'What one deployment is.',
    parameters: { path: z.object({ deployment: idSchema }) },
    answers: { 200: { says: 'As its agents say it.', body: 'DeploymentTopology' } },
    problems: { ...badRequest, 404: 'Nobody has spoken of such a deployment.' },
  },
];
