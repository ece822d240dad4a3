import type { Clock } from '@headwater/clock';
import { launcherErrors } from '../launcher-errors.js';
import type { ServiceProcess } from './service-process.js';

const pollMillis = 100;
const answerMillis = 5_000;
const deadlineMillis = 90_000;
/** A service logs so once the port is its own; unless it was told to log less. */
const listening = '"logId":"service.listening"';
const levelsThatTell = new Set([undefined, '', 'trace', 'debug', 'info']);

/**
 * Resolves when the service says that it is ready, or when it has ended before. It is not asked before it listens: at
 * its port somebody else may answer.
 *
 * @throws launcherErrors.serviceNotReady after 90 s, with what it waits for; and the signal's reason
 */
export async function awaitReady(
  service: ServiceProcess,
  url: string,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<'ready' | 'ended'> {
  const giveUpAt = clock.ticksMillis() + deadlineMillis;
  let last = 'it does not answer';
  while (clock.ticksMillis() < giveUpAt) {
    signal.throwIfAborted();
    const answer = (await listens(service)) ? await ask(`${url}/readyz`, signal) : null;
    if (service.exit !== null) return 'ended';
    if (answer === 'ready') return 'ready';
    last = answer ?? last;
    await clock.sleep(pollMillis, signal);
  }
  throw launcherErrors.serviceNotReady(
    `the ${service.name} service was not ready within ${deadlineMillis / 1000} s: ${last} (its log: ${service.log.path})`,
    { details: { service: service.name, logFile: service.log.path } },
  );
}

async function listens(service: ServiceProcess): Promise<boolean> {
  return !levelsThatTell.has(service.logLevel) || (await service.log.text()).includes(listening);
}

/** Null when it does not answer yet; else what it says. */
async function ask(url: string, signal: AbortSignal): Promise<'ready' | (string & {}) | null> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(answerMillis)]),
    });
    const body = await response.text();
    return response.ok ? 'ready' : body.slice(0, 400);
  } catch {
    return null;
  }
}
