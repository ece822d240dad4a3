import { z } from 'zod';
import { idSchema } from '../deployment.js';
import { pageQuerySchema } from '../page.js';
import { badRequest } from './route-contract.js';
import type { RouteContract } from './route-contract.js';

export const alertingRoutes: readonly RouteContract[] = [
  {
    method: 'get',
    path: '/v1/replica-sets',
    says: 'How the backup of each replica set is.',
    parameters: { query: pageQuerySchema },
    answers: { 200: { says: 'By deployment and name.', body: { listOf: 'ReplicaSetHealth' } } },
    problems: badRequest,
  },
  {
    method: 'get',
    path: '/v1/replica-sets/{deployment}/{replicaSet}',
    says: 'How the backup of one replica set is.',
    parameters: { path: z.object({ deployment: idSchema, replicaSet: idSchema }) },
    answers: { 200: { says: 'As it is now.', body: 'ReplicaSetHealth' } },
    problems: { ...badRequest, 404: 'Nobody has spoken of such a replica set.' },
  },
  {
    method: 'get',
    path: '/v1/events',
    says: 'What happened lately: the newest thousand events.',
    parameters: { query: pageQuerySchema },
    answers: { 200: { says: 'Newest first, each fact once.', body: { listOf: 'RecentEvent' } } },
    problems: { ...badRequest, 503: 'Another process reads the events, or this one has not read them yet.' },
  },
];
