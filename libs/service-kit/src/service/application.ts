import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import type { MicroserviceOptions } from '@nestjs/microservices';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { BusTransport } from '../bus/bus-transport.js';
import { HealthController } from '../health/health.controller.js';
import { Readiness } from '../health/readiness.js';
import { ErrorFilter } from '../http/error-filter.js';
import { gate } from '../http/gate.js';
import { serveOpenApi } from '../http/open-api.js';
import { InputValidation } from '../http/validation.js';
import { NestLog } from '../logging/nest-log.js';
import { MetricsController } from '../metrics/metrics.controller.js';
import { Metrics } from '../metrics/metrics.js';
import type { ServiceConfig, ServiceKit, ServiceOptions } from './service-options.js';

/** What every service has beside its own module. */
@Module({ controllers: [HealthController, MetricsController] })
class OperationsModule {
  static of({ metrics, readiness }: ServiceKit): DynamicModule {
    return {
      module: OperationsModule,
      providers: [
        { provide: Metrics, useValue: metrics },
        { provide: Readiness, useValue: readiness },
      ],
    };
  }
}

@Module({})
class ServiceModule {}

/** A service's module as a Nest application, ready to be initialized; nothing listens yet. */
export async function createApplication<C extends ServiceConfig>(
  options: ServiceOptions<C>,
  kit: ServiceKit<C>,
): Promise<NestExpressApplication> {
  const imports = [OperationsModule.of(kit), await options.module(kit)];
  const app = await NestFactory.create<NestExpressApplication>(
    { module: ServiceModule, imports },
    { logger: new NestLog(kit.logger), abortOnError: false, bodyParser: false },
  );
  // JSON only: a form of another site is sent without asking.
  app.useBodyParser('json');
  app.disable('x-powered-by');
  app.use(gate(kit.readiness));
  app.useGlobalPipes(new InputValidation());
  app.useGlobalFilters(new ErrorFilter(kit.logger, options.statusOf ?? (() => undefined)));
  serveOpenApi(app, kit.name);
  const strategy = provided(app, BusTransport);
  // With the application's filter: the bus has to see the error that the handler threw.
  if (strategy !== null)
    app.connectMicroservice<MicroserviceOptions>({ strategy }, { inheritAppConfig: true });
  return app;
}

/** What a module provides under a class; null when none does. `app.get` would log that as an error. */
export function provided<T>(
  app: NestExpressApplication,
  token: abstract new (...args: never[]) => T,
): T | null {
  for (const module of app.get(ModulesContainer).values()) {
    const provider = module.providers.get(token);
    if (provider !== undefined) {
      return provider.instance as T;
    }
  }
  return null;
}
