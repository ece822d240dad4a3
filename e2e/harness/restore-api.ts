import { z } from 'zod';
import {
  deploymentSchema,
  listSchema,
  finishedRestoreJobStates,
  restoredCollectionSchema,
  restoreJobSchema,
  restorePlanSchema,
  restoreWindowSchema,
  snapshotSchema,
  oplogTimestampSchema,
  type DeploymentBody,
  type RestoredCollection,
  type RestoreJobBody,
  type RestoreJobStateName,
  type RestorePlanBody,
  type RestoreRequest,
  type RestoreWindowBody,
  type SnapshotBody,
} from '@headwater/contracts';
import { eventually } from '@headwater/testing';

/** A refusal as problem+json. */
export const problemSchema = z.looseObject({
  status: z.int(),
  detail: z.string(),
  code: z.string().optional(),
  solution: z.string().optional(),
  reason: z.string().optional(),
  nearestBefore: oplogTimestampSchema.nullable().optional(),
  nearestAfter: oplogTimestampSchema.nullable().optional(),
  errors: z.unknown().optional(),
});
export type Problem = z.infer<typeof problemSchema>;

/** What a request got that was not done. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(`refused: ${JSON.stringify(problem)}`);
  }
}

/** A request that asks for a job, with what its answer says besides. */
export interface Accepted {
  readonly job: RestoreJobBody;
  readonly location: string | null;
  readonly retryAfter: string | null;
}

const answerMillis = 60_000;
const jobDeadlineMs = 240_000;

/** The REST of a restore service, as its clients see it. */
export class RestoreApi {
  /** @param url asked for at each request: the service may have been started again. */
  constructor(private readonly url: () => string) {}

  async deployments(): Promise<readonly DeploymentBody[]> {
    return (await this.get('/v1/deployments', listSchema(deploymentSchema))).items;
  }

  async windows(deployment = 'rs0'): Promise<readonly RestoreWindowBody[]> {
    const path = `/v1/deployments/${encodeURIComponent(deployment)}/restore-windows`;
    return (await this.get(path, listSchema(restoreWindowSchema))).items;
  }

  /** Ascending in time. */
  async snapshots(deployment = 'rs0'): Promise<readonly SnapshotBody[]> {
    const path = `/v1/deployments/${encodeURIComponent(deployment)}/snapshots?limit=1000`;
    return (await this.get(path, listSchema(snapshotSchema))).items;
  }

  async jobs(): Promise<readonly RestoreJobBody[]> {
    return (await this.get('/v1/restores?limit=1000', listSchema(restoreJobSchema))).items;
  }

  job(id: string): Promise<RestoreJobBody> {
    return this.get(`/v1/restores/${encodeURIComponent(id)}`, restoreJobSchema);
  }

  /** @throws Refused. */
  async request(body: RestoreRequest, idempotencyKey?: string): Promise<Accepted> {
    const response = await this.post(JSON.stringify(body), idempotencyKey);
    return {
      job: restoreJobSchema.parse(await answerOf(response)),
      location: response.headers.get('location'),
      retryAfter: response.headers.get('retry-after'),
    };
  }

  /** What a request would do. @throws Refused. */
  async dryRun(body: RestoreRequest, idempotencyKey?: string): Promise<RestorePlanBody> {
    const response = await this.post(JSON.stringify(body), idempotencyKey, '?dryRun=true');
    const plan = restorePlanSchema.parse(await answerOf(response));
    if (response.status !== 200) throw new Error(`a dry run was answered with ${response.status}`);
    return plan;
  }

  /** Asks for the end of a job. @throws Refused. */
  async cancel(id: string): Promise<RestoreJobBody> {
    const url = `${this.url()}/v1/restores/${encodeURIComponent(id)}/cancel`;
    const response = await fetch(url, { method: 'POST', signal: AbortSignal.timeout(answerMillis) });
    return restoreJobSchema.parse(await answerOf(response));
  }

  /** All collections that the verification of a job saw. */
  async collections(id: string): Promise<readonly RestoredCollection[]> {
    const path = `/v1/restores/${encodeURIComponent(id)}/collections?limit=1000`;
    return (await this.get(path, listSchema(restoredCollectionSchema))).items;
  }

  /** How a body is refused. @throws Error when it is accepted, or refused without problem+json. */
  async refusal(body: unknown, idempotencyKey?: string, query = ''): Promise<Problem> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const response = await this.post(text, idempotencyKey, query);
    const answered = await response.text();
    if (response.ok) throw new Error(`was not refused: ${answered}`);
    const type = response.headers.get('content-type') ?? '';
    if (!type.startsWith('application/problem+json')) throw new Error(`no problem+json but ${type}`);
    const problem = problemSchema.parse(JSON.parse(answered));
    if (problem.status !== response.status) throw new Error(`status ${response.status} with ${answered}`);
    return problem;
  }

  /** The job once nothing more happens to it. */
  async finished(id: string): Promise<RestoreJobBody> {
    return eventually(
      async () => {
        const job = await this.job(id);
        return finishedRestoreJobStates.includes(job.state) ? job : null;
      },
      { deadlineMs: jobDeadlineMs, describe: `the end of restore ${id}`, pauseMs: 100 },
    );
  }

  /** Resolves while the job is in that state; states that last for milliseconds are seen. */
  async reached(state: RestoreJobStateName, { id }: Pick<RestoreJobBody, 'id'>): Promise<void> {
    await eventually(async () => (await this.job(id)).state === state, {
      deadlineMs: 120_000,
      pauseMs: 5,
      describe: `the restore to be ${state}`,
    });
  }

  /** Asks for a restore and waits for it. @throws Refused; Error when the job fails. */
  async restored(body: RestoreRequest): Promise<RestoreJobBody> {
    const job = await this.finished((await this.request(body)).job.id);
    if (job.state !== 'Delivered') throw new Error(`the restore failed: ${JSON.stringify(job)}`);
    return job;
  }

  private post(body: string, idempotencyKey?: string, query = ''): Promise<Response> {
    const key = idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey };
    return fetch(`${this.url()}/v1/restores${query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...key },
      body,
      signal: AbortSignal.timeout(answerMillis),
    });
  }

  private async get<T>(path: string, schema: z.ZodType<T>): Promise<T> {
    const response = await fetch(`${this.url()}${path}`, { signal: AbortSignal.timeout(answerMillis) });
    return schema.parse(await answerOf(response));
  }
}

/** @throws Refused. */
async function answerOf(response: Response): Promise<unknown> {
  const answer: unknown = await response.json();
  if (!response.ok) throw new Refused(problemSchema.parse(answer));
  return answer;
}
