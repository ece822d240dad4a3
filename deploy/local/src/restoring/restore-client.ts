import { restoreJobSchema } from '@headwater/contracts';
import type { RestoreJobBody, RestoreRequest } from '@headwater/contracts';
import type { Clock } from '@headwater/clock';
import { messageOf } from '@headwater/errors';
import { launcherErrors } from '../launcher-errors.js';

const answerMillis = 30_000;
/** An answer that fails to come is asked for again this often: a service that died is started again meanwhile. */
const attempts = 90;
const pauseMillis = 1000;

/** It starts, or it stops. */
const notServing = 503;

/** The members of an RFC 9457 document that people want to read. */
interface Problem {
  readonly detail?: string;
  readonly title?: string;
  readonly code?: string;
  readonly solution?: string;
  readonly errors?: unknown;
}

/** Speaks the REST API of the restore service. */
export class RestoreClient {
  constructor(
    /** Asked for at each request: the service may have moved to another port. */
    private readonly url: () => string,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Asks for a restore.
   *
   * @param key the same for each try of one request
   * @returns the path of its job
   * @throws launcherErrors.restoreRefused
   */
  async request(request: RestoreRequest, key: string): Promise<string> {
    const response = await this.answer('/v1/restores', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(request),
    });
    const location = response.headers.get('location');
    if (response.status !== 202 || location === null) {
      throw launcherErrors.restoreRefused(`the restore was refused: ${await problemOf(response)}`);
    }
    await response.body?.cancel();
    return new URL(location, this.url()).pathname;
  }

  /** @throws launcherErrors.restoreRefused when there is no such job, or no answer for a minute and a half */
  async job(path: string): Promise<RestoreJobBody> {
    const response = await this.answer(path, {});
    if (response.ok) return restoreJobSchema.parse(await response.json());
    throw launcherErrors.restoreRefused(`the restore job cannot be read: ${await problemOf(response)}`);
  }

  /** The first answer of a service that serves. */
  private async answer(path: string, init: RequestInit): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      const last = attempt === attempts;
      try {
        const response = await this.fetch(`${this.url()}${path}`, init);
        if (last || response.status !== notServing) return response;
        await response.body?.cancel();
      } catch (error) {
        this.signal.throwIfAborted();
        if (last) throw error;
      }
      await this.clock.sleep(pauseMillis, this.signal);
    }
  }

  private async fetch(url: string, init: RequestInit): Promise<Response> {
    const signal = AbortSignal.any([this.signal, AbortSignal.timeout(answerMillis)]);
    try {
      return await fetch(url, { ...init, signal });
    } catch (cause) {
      this.signal.throwIfAborted();
      throw launcherErrors.restoreRefused(`${url} does not answer: ${messageOf(cause)}`, { cause });
    }
  }
}

async function problemOf(response: Response): Promise<string> {
  const text = await response.text();
  const problem = parse(text);
  if (problem === null) return `HTTP ${response.status} ${text.slice(0, 300)}`;
  const { detail, title, code, solution, errors } = problem;
  const reason = detail ?? title ?? `HTTP ${response.status}`;
  const more = errors === undefined ? '' : ` ${JSON.stringify(errors)}`;
  return `${reason}${more}${code === undefined ? '' : ` (${code}: ${solution ?? ''})`}`;
}

function parse(text: string): Problem | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : null;
  } catch {
    return null;
  }
}
