import { z } from 'zod';
import { idSchema } from '../deployment.js';
import { pageQuerySchema } from '../page.js';
import { createRestoreQuerySchema, longestIdempotencyKey, restoreIdSchema } from '../restore-request.js';
import { badRequest } from './route-contract.js';
import type { AnswerContract, RouteContract } from './route-contract.js';

const ofDeployment = { path: z.object({ deployment: idSchema }) };
const ofRestore = { path: z.object({ id: restoreIdSchema }) };
const paged = { query: pageQuerySchema };

const unknownDeployment = { 404: 'No such deployment has a backup.' };
const unknownRestore = { 404: 'There is no such restore job.' };
const notActive = { 503: 'This process is not active, or not yet, and denies no job: ask again.' };

/** What is read from the store's listing at each request. */
const deploymentRoutes: readonly RouteContract[] = [
  {
    method: 'get',
    path: '/v1/deployments',
    says: 'What has a backup.',
    parameters: paged,
    answers: { 200: { says: 'By id, ascending.', body: { listOf: 'Deployment' } } },
    problems: badRequest,
  },
  {
    method: 'get',
    path: '/v1/deployments/{deployment}',
    says: 'One deployment.',
    parameters: ofDeployment,
    answers: { 200: { says: 'It has a backup.', body: 'Deployment' } },
    problems: { ...badRequest, ...unknownDeployment },
  },
  {
    method: 'get',
    path: '/v1/deployments/{deployment}/restore-windows',
    says: 'Which timestamps can be restored.',
    parameters: { ...ofDeployment, ...paged },
    answers: { 200: { says: 'Both ends of a window are included.', body: { listOf: 'RestoreWindow' } } },
    problems: { ...badRequest, ...unknownDeployment },
  },
  {
    method: 'get',
    path: '/v1/deployments/{deployment}/snapshots',
    says: 'Sealed snapshots.',
    parameters: { ...ofDeployment, ...paged },
    answers: { 200: { says: 'Of all its chains.', body: { listOf: 'Snapshot' } } },
    problems: { ...badRequest, ...unknownDeployment },
  },
];

const accepted: AnswerContract = {
  says: 'The job, which goes on by itself.',
  body: 'RestoreJob',
  headers: { Location: 'Where the job is polled.', 'Retry-After': 'Seconds until it is worth polling.' },
};

const createRestore: RouteContract = {
  method: 'post',
  path: '/v1/restores',
  says: 'Restores a deployment, or with `dryRun=true` tells what that would do.',
  parameters: {
    query: createRestoreQuerySchema,
    header: z.object({
      'Idempotency-Key': z
        .string()
        .min(1)
        .max(longestIdempotencyKey)
        .optional()
        .describe(
          'A repeated request with it within 24 hours is answered with the job of the first one. A dry run neither uses nor takes it.',
        ),
    }),
  },
  body: 'RestoreRequest',
  answers: { 200: { says: 'The plan of a dry run.', body: 'RestorePlan' }, 202: accepted },
  problems: {
    ...badRequest,
    404: 'No such deployment has a backup, or it has no such snapshot.',
    409: 'The directory is not empty, or another restore has it.',
    422: 'Refused: outside every window (with `reason`, `nearestBefore` and `nearestAfter`), an unusable directory, or an `Idempotency-Key` of another request.',
    503: 'This process is not active, or not yet: ask again.',
    507: 'The disk is too small.',
  },
};

const jobRoutes: readonly RouteContract[] = [
  createRestore,
  {
    method: 'get',
    path: '/v1/restores',
    says: 'The restore jobs of this host.',
    parameters: paged,
    answers: { 200: { says: 'Newest first.', body: { listOf: 'RestoreJob' } } },
    problems: { ...badRequest, ...notActive },
  },
  {
    method: 'get',
    path: '/v1/restores/{id}',
    says: 'One restore job: state, progress, and in the end how it was verified.',
    parameters: ofRestore,
    answers: { 200: { says: 'As it is now.', body: 'RestoreJob' } },
    problems: { ...badRequest, ...unknownRestore, ...notActive },
  },
  {
    method: 'post',
    path: '/v1/restores/{id}/cancel',
    says: 'Ends a job: it is Cancelled soon, and nothing of it stays in its target.',
    parameters: ofRestore,
    answers: { 202: accepted },
    problems: {
      ...badRequest,
      ...unknownRestore,
      409: 'It has ended, or its files are being moved into place; `reason` says which.',
      ...notActive,
    },
  },
  {
    method: 'get',
    path: '/v1/restores/{id}/collections',
    says: 'Every collection of the restored files with its documents; none before they were verified.',
    parameters: { ...ofRestore, ...paged },
    answers: { 200: { says: 'By name, ascending.', body: { listOf: 'RestoredCollection' } } },
    problems: { ...badRequest, ...unknownRestore, ...notActive },
  },
];

export const restoreRoutes: readonly RouteContract[] = [...deploymentRoutes, ...jobRoutes];
