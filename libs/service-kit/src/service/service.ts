import type { Clock } from '@headwater/clock';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Server } from 'node:http';
import { outlineOf, servedOutline } from '../http/api-outline.js';
import type { ApiOutline } from '../http/api-outline.js';
import { documentOf, isService } from '../http/open-api.js';
import { kitErrors } from '../kit-errors.js';
import type { Logger } from '../logging/logger.js';
import { createApplication, provided } from './application.js';
import { Lifecycle } from './lifecycle.js';
import { listen } from './listening.js';
import type { ServiceConfig, ServiceKit, ServiceOptions } from './service-options.js';

/** Requests that still run this long after a stop began are cut off: a download must not hold up the rest. */
const requestLimitMillis = 20_000;

/**
 * One service in this process.
 *
 * Start: composition root, HTTP, `Lifecycle.start`, bus.
 * Stop: HTTP and bus take in nothing new, `Lifecycle.drain`, HTTP and bus close, `Lifecycle.close`.
 */
export class Service<C extends ServiceConfig> {
  private readonly clock: Clock;
  /** What the kit's `stopping` is the signal of. */
  private readonly stopRequest: AbortController;
  private app: NestExpressApplication | null = null;
  private starting: Promise<string> | null = null;
  private stopping: Promise<void> | null = null;

  constructor(
    private readonly options: ServiceOptions<C>,
    private readonly kit: ServiceKit<C>,
    { clock, stopRequest }: { readonly clock: Clock; readonly stopRequest: AbortController },
  ) {
    this.clock = clock;
    this.stopRequest = stopRequest;
  }

  get logger(): Logger {
    return this.kit.logger;
  }

  /** Resolves with the service's URL when it takes in work. A start that failed, or was interrupted, wants a `stop`. */
  start(): Promise<string> {
    this.starting ??= this.run();
    return this.starting;
  }

  /**
   * Stops in order; a start that is under way is interrupted first.
   *
   * @throws kitErrors.stopFailed when draining or closing failed; the later steps have run all the same.
   */
  stop(): Promise<void> {
    this.stopping ??= this.windUp();
    return this.stopping;
  }

  /** What the running service routes, and what its document says. */
  get api(): { readonly served: ApiOutline; readonly documented: ApiOutline } {
    if (this.app === null || !isService(this.kit.name)) throw new Error(`${this.kit.name} has no document`);
    return { served: servedOutline(this.app), documented: outlineOf(documentOf(this.kit.name)) };
  }

  get<T>(token: abstract new (...args: never[]) => T): T {
    const found = this.found(token);
    if (found === null) throw new Error(`the module does not provide ${token.name}`);
    return found;
  }

  private async run(): Promise<string> {
    const { config, logger, readiness } = this.kit;
    const { signal } = this.stopRequest;
    const app = await createApplication(this.options, this.kit);
    this.app = app;
    signal.throwIfAborted();
    await app.init();
    const url = await listen(app, config);
    logger.info({ logId: 'service.listening', url }, `listening on ${url}`);
    await provided(app, Lifecycle)?.start(signal);
    signal.throwIfAborted();
    await app.startAllMicroservices();
    signal.throwIfAborted();
    readiness.phase = 'running';
    logger.info({ logId: 'service.started', url }, 'started');
    return url;
  }

  private async windUp(): Promise<void> {
    const closed = new AbortController();
    const limit = this.clock.sleep(requestLimitMillis, closed.signal);
    void limit.then(
      () => {
        this.cutOffRequests();
      },
      () => undefined, // Closed in time.
    );
    this.kit.readiness.phase = 'stopping';
    this.stopRequest.abort(kitErrors.notServing('the service is stopping'));
    await this.starting?.catch(() => undefined); // Told to whoever started it.
    try {
      await this.app?.close();
    } finally {
      closed.abort();
    }
    const failures = this.found(Lifecycle)?.failures ?? [];
    if (failures.length > 0)
      throw kitErrors.stopFailed('the service did not stop cleanly', { cause: failures[0] });
  }

  private cutOffRequests(): void {
    const server: Server | undefined = this.app?.getHttpServer();
    this.kit.logger.warn({ logId: 'service.requests-cut-off' }, 'requests that still run are cut off');
    server?.closeAllConnections();
  }

  private found<T>(token: abstract new (...args: never[]) => T): T | null {
    return this.app === null ? null : provided(this.app, token);
  }
}
