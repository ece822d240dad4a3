import type { Clock } from '@headwater/clock';
import type { DynamicModule } from '@nestjs/common';
import type { LogLevel } from '../config/setting.js';
import type { Readiness } from '../health/readiness.js';
import type { StatusOf } from '../http/problem.js';
import type { Logger } from '../logging/logger.js';
import type { Metrics } from '../metrics/metrics.js';

/** What the kit needs to know of every service's config. */
export interface ServiceConfig {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly logLevel: LogLevel;
}

/** What the kit hands to a service's composition root. */
export interface ServiceKit<C extends ServiceConfig = ServiceConfig> {
  readonly name: string;
  readonly config: C;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly readiness: Readiness;
  /** Aborted when the service is to stop, also in the middle of its start. */
  readonly stopping: AbortSignal;
}

export interface ServiceOptions<C extends ServiceConfig = ServiceConfig> {
  /** As contracts' `serviceApis` has it: its document is served at `/docs`. */
  readonly name: string;
  /** Reads the config; what it throws is a failed start. */
  readonly config: () => C;
  /** The composition root. May provide a Lifecycle and a BusTransport, each under its class. */
  readonly module: (kit: ServiceKit<C>) => DynamicModule | Promise<DynamicModule>;
  readonly statusOf?: StatusOf;
  /** Made from the config's `logLevel` by default. */
  readonly logger?: Logger;
  readonly clock?: Clock;
}
