import { restoreJobSchema } from '@headwater/contracts';
import type { RestoreJobBody, RestoreRequest } from '@headwater/contracts';
import type { Clock } from '@headwater/clock';
import { messageOf } from '@headwater/errors';
import { launcherErrors } from '../launcher-errors.js';

const answerMillis = 30_000;
/** An answer that fails to come is asked for again this often. */
const attempts = 5;
const pauseMillis = 1000;

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
    private readonly url: string,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Asks for a restore.
   *
   * @returns where its job is
   * @throws launcherErrors.restoreRefused
   */
  async request(request: RestoreRequest): Promise<string> {
    const response = await this.fetch(`${this.url}/v1/restores`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    const location = response.headers.get('location');
    if (response.status !== 202 || location === null) {
      throw launcherErrors.restoreRefused(`the restore was refused: ${await problemOf(response)}`);
    }
    await response.body?.cancel();
    return new URL(location, this.url).href;
  }

  /** @throws launcherErrors.restoreRefused when there is no such job, or no answer after five attempts */
  async job(location: string): Promise<RestoreJobBody> {
    for (let attempt = 1; ; attempt++) {
      try {
        const response = await this.fetch(location, {});
        if (response.ok) return restoreJobSchema.parse(await response.json());
        throw launcherErrors.restoreRefused(`the restore job cannot be read: ${await problemOf(response)}`);
      } catch (error) {
        this.signal.throwIfAborted();
        if (attempt === attempts) throw error;
        await this.clock.sleep(pauseMillis, this.signal);
      }
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
