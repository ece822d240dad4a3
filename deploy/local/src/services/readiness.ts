import type { Clock } from '@headwater/clock';
import { launcherErrors } from '../launcher-errors.js';
import type { ServiceProcess } from './service-process.js';

const pollMillis = 100;
const answerMillis = 5_000;
const deadlineMillis = 90_000;

/**
 * Resolves when the service says that it is ready.
 *
 * @throws launcherErrors.serviceNotReady after 90 s, with what it waits for; and the signal's reason
 */
export async function awaitReady(
  service: ServiceProcess,
  url: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const giveUpAt = clock.ticksMillis() + deadlineMillis;
  let last = 'it does not answer';
  while (clock.ticksMillis() < giveUpAt) {
    signal.throwIfAborted();
    const answer = await ask(`${url}/readyz`, signal);
    if (answer === 'ready') return;
    last = answer ?? last;
    await clock.sleep(pollMillis, signal);
  }
  throw launcherErrors.serviceNotReady(
    `the ${service.name} service was not ready within ${deadlineMillis / 1000} s: ${last} (its log: ${service.log.path})`,
    { details: { service: service.name, logFile: service.log.path } },
  );
}

/** Null when it does not answer yet; else what it says. */
async function ask(url: string, signal: AbortSignal): Promise<'ready' | (string & {}) | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(answerMillis)]) });
    const body = await response.text();
    return response.ok ? 'ready' : body.slice(0, 400);
  } catch {
    return null;
  }
}
