import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { systemClock } from '@headwater/clock';
import { encodeId, topicsOf } from '@headwater/contracts';
import type { ConsumeOptions, Subscription } from '@headwater/messaging';
import { openBus } from '@headwater/messaging/opening';
import { mongodsOf } from '@headwater/mongod';
import { openStore } from '@headwater/object-store/opening';
import { RecoveryEngine } from '@headwater/recovery';
import { Repository } from '@headwater/repository';
import { Lifecycle, Publisher, portSurroundings } from '@headwater/service-kit';
import type { Logger, ServiceKit } from '@headwater/service-kit';
import { DeploymentsController } from './api/deployments.controller.js';
import { IdempotentAnswers } from './api/idempotency.js';
import { RestoresController } from './api/restores.controller.js';
import { thisHost } from './config.js';
import type { RestoreConfig } from './config.js';
import { JobBoard } from './jobs/job-board.js';
import { JobRun } from './jobs/job-run.js';
import { RestoreJobs } from './jobs/restore-jobs.js';
import { Catalogue } from './planning/catalogue.js';
import { Planner } from './planning/planner.js';

@Module({})
export class AppModule {
  static async compose(this: void, kit: ServiceKit<RestoreConfig>): Promise<DynamicModule> {
    const { config, logger, readiness } = kit;
    const clock = systemClock;
    const topics = topicsOf(config.topicPrefix);
    const surroundings = portSurroundings(kit, clock);
    const bus = await openBus(config, surroundings);
    const store = await openStore(config, surroundings);
    const publisher = new Publisher({ bus, topics, clock, source: `/headwater/restore/${thisHost}` });
    const repository = await Repository.openExisting(store, clock, () => {
      logger.warn({ logId: 'repository.awaited' }, 'the store has no repository yet: waiting for ingest');
    });
    const catalogue = new Catalogue(repository);
    const mongods = mongodsOf(config, logger);
    const engine = new RecoveryEngine({ mongods, clock, cacheMiB: config.restoreCacheMib });
    const board = new JobBoard({ bus, stateTopic: topics.state, publisher, clock, logger, host: thisHost });
    const jobs = new RestoreJobs({
      planner: new Planner(catalogue),
      board,
      run: new JobRun({ engine, board, clock, mongods }),
      publisher,
      clock,
      logger,
      host: thisHost,
      root: config.restoreRoot ?? null,
      ours: [config.storeDirectory, config.busFile, config.cacheDirectory],
    });
    readiness.register('lease', () =>
      jobs.isActive ? 'ok' : { reason: 'another restore service of this host is active' },
    );
    let lease: Subscription | null = null;
    const lifecycle = new Lifecycle({
      start: async () => {
        lease = await bus.consume(leaseOf(config, logger, jobs));
      },
      drain: async () => {
        await jobs.stop();
        await lease?.stop();
      },
      close: async () => {
        await bus.close();
        await store.close();
      },
    });
    return {
      module: AppModule,
      controllers: [DeploymentsController, RestoresController],
      providers: [
        { provide: Catalogue, useValue: catalogue },
        { provide: JobBoard, useValue: board },
        { provide: RestoreJobs, useValue: jobs },
        { provide: IdempotentAnswers, useValue: new IdempotentAnswers(clock) },
        { provide: Lifecycle, useValue: lifecycle },
      ],
    };
  }
}

/** One restore service of a host is active: two would clear away each other's work. */
function leaseOf(config: RestoreConfig, logger: Logger, jobs: RestoreJobs): ConsumeOptions {
  return {
    group: `${config.topicPrefix}.restore.${encodeId(thisHost)}`,
    topics: [topicsOf(config.topicPrefix).leases],
    onAssigned: () => jobs.activate(),
    onMessage: (_message, delivery) => delivery.commit(),
    onError: (error) => {
      logger.error({ logId: 'lease.failed', err: error }, 'restores cannot begin yet: trying again');
    },
  };
}
