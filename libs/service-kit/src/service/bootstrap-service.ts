import { systemClock } from '@headwater/clock';
import type { Clock } from '@headwater/clock';
import { isHeadwaterError, messageOf } from '@headwater/errors';
import { isActionable } from '../logging/error-description.js';
import { createLogger } from '../logging/logger.js';
import type { Logger } from '../logging/logger.js';
import { withoutUserInfo } from '../logging/user-info.js';
import type { Service } from './service.js';
import type { ServiceConfig, ServiceOptions } from './service-options.js';
import { prepareService } from './start-service.js';

/** A stop that takes longer is broken off: whoever asked for it is about to kill the process anyway. */
const stopLimitMillis = 30_000;

/**
 * Runs a service as this process: all that `main.ts` does. Never rejects. SIGTERM and SIGINT stop it in order and end
 * the process with 0; a failed start, a failed or overlong stop and an uncaught error end it with 1.
 */
export async function bootstrapService<C extends ServiceConfig>(options: ServiceOptions<C>): Promise<void> {
  const early = options.logger ?? createLogger({ service: options.name, level: 'info' });
  const clock = options.clock ?? systemClock;
  endOnUncaughtError(early);
  try {
    const service = prepareService(options);
    const stopping = stopOnSignal(service, clock);
    await service.start().catch(async (error: unknown) => {
      if (stopping.aborted) return; // Interrupted: the stop ends the process.
      reportFailedStart(options.name, service.logger, error);
      await Promise.race([service.stop().catch(() => undefined), clock.sleep(stopLimitMillis)]);
      process.exit(1);
    });
  } catch (error) {
    reportFailedStart(options.name, early, error);
    process.exit(1);
  }
}

/**
 * Nest's own signal handling begins only when the application stands and knows no limit. A second signal changes
 * nothing: Ctrl-C reaches a process twice when it runs below npm.
 */
function stopOnSignal<C extends ServiceConfig>(service: Service<C>, clock: Clock): AbortSignal {
  const stopping = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    void stopProcess(service, clock, signal);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return stopping.signal;
}

async function stopProcess<C extends ServiceConfig>(
  service: Service<C>,
  clock: Clock,
  signal: NodeJS.Signals,
): Promise<never> {
  const { logger } = service;
  logger.info({ logId: 'service.stopping', signal }, 'stopping');
  void clock.sleep(stopLimitMillis).then(() => {
    logger.error(
      { logId: 'service.stop-broken-off' },
      `not stopped within ${stopLimitMillis / 1000} s: giving up`,
    );
    process.exit(1);
  });
  try {
    await service.stop();
  } catch (err) {
    logger.error({ logId: 'service.stop-failed', err }, 'did not stop cleanly');
    process.exit(1);
  }
  logger.info({ logId: 'service.stopped' }, 'stopped');
  process.exit(0);
}

/** Nobody knows what state the process is in: it ends, and what it did not finish is taken up by its successor. */
function endOnUncaughtError(logger: Logger): void {
  process.on('uncaughtException', (err, origin) => {
    logger.fatal({ logId: 'process.uncaught-error', origin, err }, 'uncaught error: the process ends');
    process.exit(1);
  });
}

function reportFailedStart(service: string, logger: Logger, err: unknown): void {
  logger.fatal({ logId: 'service.start-failed', err }, 'the service cannot start');
  process.stderr.write(`${withoutUserInfo(`${service}: ${describeForPeople(err)}`)}\n`);
}

function describeForPeople(error: unknown): string {
  if (isHeadwaterError(error) && isActionable(error))
    return `${error.message} (${error.code}: ${error.solution})`;
  return error instanceof Error ? (error.stack ?? messageOf(error)) : messageOf(error);
}
