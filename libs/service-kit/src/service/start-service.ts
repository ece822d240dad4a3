import { systemClock } from '@headwater/clock';
import type { Clock } from '@headwater/clock';
import { redacted } from '../config/origin.js';
import type { ApiOutline } from '../http/api-outline.js';
import { Readiness } from '../health/readiness.js';
import { createLogger } from '../logging/logger.js';
import { Metrics } from '../metrics/metrics.js';
import { Service } from './service.js';
import type { ServiceConfig, ServiceKit, ServiceOptions } from './service-options.js';

/** A service that runs, without signals and process exits: what specs and tools hold. */
export interface RunningService {
  readonly url: string;
  /** What the module provides under this class. */
  get<T>(token: abstract new (...args: never[]) => T): T;
  /** What it really routes, and what its document says. */
  readonly api: { readonly served: ApiOutline; readonly documented: ApiOutline };
  /** The ordered stop. Rejects with kitErrors.stopFailed when draining or closing failed. */
  close(): Promise<void>;
}

export async function startService<C extends ServiceConfig>(
  options: ServiceOptions<C>,
): Promise<RunningService> {
  const service = prepareService(options);
  const url = await service.start().catch(async (error: unknown) => {
    await service.stop().catch(() => undefined); // The start's error is the one that counts.
    throw error;
  });
  return {
    url,
    get: (token) => service.get(token),
    get api() {
      return service.api;
    },
    close: () => service.stop(),
  };
}

/** Reads the config and makes the parts that a composition root is given. */
export function prepareService<C extends ServiceConfig>(options: ServiceOptions<C>): Service<C> {
  const clock: Clock = options.clock ?? systemClock;
  const stopRequest = new AbortController();
  const kit = kitOf(options, clock, stopRequest.signal);
  kit.logger.info({ logId: 'service.starting', config: redacted(kit.config) }, 'starting');
  return new Service(options, kit, { clock, stopRequest });
}

function kitOf<C extends ServiceConfig>(
  options: ServiceOptions<C>,
  clock: Clock,
  stopping: AbortSignal,
): ServiceKit<C> {
  const { name } = options;
  const config = options.config();
  const logger = options.logger ?? createLogger({ service: name, level: config.logLevel });
  return { name, config, logger, metrics: new Metrics(name), readiness: new Readiness(clock), stopping };
}
