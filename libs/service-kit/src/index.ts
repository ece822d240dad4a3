// service-kit: what every service is built on, so that its own code is about backup alone.
//
// - bootstrapService: main.ts. Signals, exit codes, one clear line for a start that failed.
// - startService: the same service without a process around it, for specs.
// - ServiceKit: what a composition root is given: config, logger, metrics, readiness.
// - Lifecycle: start, drain, close; the ordered part of a service's life.
// - parseConfig, setting: a config is a table of variables; redacted prints it.
// - serviceSettings, busSettings, storeSettings, mongodSettings: the rows that several services have.
// - Logger: pino, one JSON line per state transition.
// - Metrics, Readiness: behind /metrics and /readyz.
// - BusTransport, OnTopic, BusContext: a controller's methods fed from the bus.
// - followState: the latest state of every thing of one kind, from the bus.
// - pageOf: one page of a list.
// - Publisher: events and state onto the bus.
// - portSurroundings: what a composition root opens its ports with: clock, retries told, the faults of a rehearsal.
// - Problem: every error over HTTP is an RFC 9457 document.
export { bootstrapService } from './service/bootstrap-service.js';
export { startService } from './service/start-service.js';
export type { RunningService } from './service/start-service.js';
export type { ServiceConfig, ServiceKit, ServiceOptions } from './service/service-options.js';
export { Lifecycle } from './service/lifecycle.js';
export type { LifecycleSteps } from './service/lifecycle.js';
export { parseConfig } from './config/parsing.js';
export type { Environment } from './config/environment.js';
export { redacted } from './config/origin.js';
export { flag, logLevels, oneOf, setting, text, wholeNumber } from './config/setting.js';
export type { LogLevel, WholeNumberRange } from './config/setting.js';
export { busSettings, checkBus } from './config/bus-settings.js';
export { mongodSettings, serviceSettings } from './config/shared-settings.js';
export { checkStore, storeSettings } from './config/store-settings.js';
export { createLogger } from './logging/logger.js';
export type { Logger, LoggerOptions } from './logging/logger.js';
export { faultRates } from './ports/fault-rates.js';
export type { FaultRates } from './ports/fault-rates.js';
export { portSurroundings } from './ports/port-surroundings.js';
export type { PortSurroundings } from './ports/port-surroundings.js';
export { Metrics } from './metrics/metrics.js';
export type { GaugeOptions, HistogramOptions, MetricOptions } from './metrics/metrics.js';
export { Readiness } from './health/readiness.js';
export type { ReadinessCheck, ReadinessResult } from './health/readiness.js';
export type { ApiOutline } from './http/api-outline.js';
export type { Problem, StatusOf } from './http/problem.js';
export type { InputError } from './http/validation.js';
export { pageOf } from './http/pages.js';
export type { Page } from './http/pages.js';
export { BusContext } from './bus/bus-context.js';
export { OnTopic } from './bus/on-topic.js';
export { followState } from './bus/state-following.js';
export type { FollowedState, StateFollowing } from './bus/state-following.js';
export { BusTransport } from './bus/bus-transport.js';
export type { BusTransportOptions } from './bus/bus-transport.js';
export { Publisher } from './publishing/publisher.js';
export type { Fact, PublisherOptions } from './publishing/publisher.js';
export { kitErrors } from './kit-errors.js';
