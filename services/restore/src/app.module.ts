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
import { RestoresController } from './api/restores.controller.js';
import { stateDirectoryOf, thisHost } from './config.js';
import type { RestoreConfig } from './config.js';
import { Announcements } from './jobs/announcements.js';
import { IdempotentRequests } from './intake/idempotency.js';
import { JobBoard } from './records/job-board.js';
import { JobJournal } from './records/job-journal.js';
import { JobMetrics } from './records/job-metrics.js';
import { JobQueue } from './admission/job-queue.js';
import { JobRun } from './jobs/job-run.js';
import { JobWork } from './jobs/job-work.js';
import { MaterializingShares } from './jobs/materializing-shares.js';
import { RestoreIntake } from './intake/restore-intake.js';
import type { RestoreIntakeOptions } from './intake/restore-intake.js';
import { RestoreJobs } from './jobs/restore-jobs.js';
import { Catalogue } from './planning/catalogue.js';
import { plannedMongod } from './planning/planned-mongod.js';
import { Planner } from './planning/planner.js';

@Module({})
export class AppModule {
  static async compose(this: void, kit: ServiceKit<RestoreConfig>): Promise<DynamicModule> {
    const { config, logger, metrics, readiness } = kit;
    const clock = systemClock;
    const topics = topicsOf(config.topicPrefix);
    const surroundings = portSurroundings(kit, clock);
    const bus = await openBus(config, surroundings);
    const store = await openStore(config, { ...surroundings, storeAccess: 'read' });
    const publisher = new Publisher({ bus, topics, clock, source: `/headwater/restore/${thisHost}` });
    const repository = await Repository.openExisting(store, clock, () => {
      logger.warn({ logId: 'repository.awaited' }, 'the store has no repository yet: waiting for ingest');
    });
    const catalogue = new Catalogue(repository);
    const mongods = mongodsOf(config, logger);
    const engine = new RecoveryEngine({ mongods, clock, cacheMiB: config.restoreCacheMib });
    const planner = new Planner(catalogue);
    const journal = await JobJournal.open(stateDirectoryOf(config));
    const board = new JobBoard({
      ...{ journal, metrics: new JobMetrics(metrics), bus, stateTopic: topics.state, publisher },
      ...{ clock, logger, host: thisHost },
    });
    const shares = new MaterializingShares();
    const run = new JobRun({ engine, planner, board, clock, shares, mongods });
    const announcements = new Announcements(publisher, logger);
    const work = new JobWork({ run, board, announcements, clock, logger });
    const jobs = new RestoreJobs({ board, queue: queueOf(config), work, clock, logger });
    const intake = new RestoreIntake({
      ...{ planner, board, jobs, clock, logger, host: thisHost },
      ...placesOf(config),
      mongodOf: (series) => plannedMongod(config, series),
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
        { provide: RestoreIntake, useValue: intake },
        { provide: IdempotentRequests, useValue: new IdempotentRequests(board, clock) },
        { provide: Lifecycle, useValue: lifecycle },
      ],
    };
  }
}

function queueOf(config: RestoreConfig): JobQueue {
  const { restoreMaxJobs: jobs, restoreCacheMib: jobCacheMiB } = config;
  return new JobQueue({
    ...{ jobs, jobCacheMiB },
    cacheMiB: config.restoreTotalCacheMib ?? jobs * jobCacheMiB,
    reserveBytes: config.restoreDiskReserveMib * 1024 * 1024,
  });
}

/** Where restores may go, and where they may not. */
function placesOf(config: RestoreConfig): Pick<RestoreIntakeOptions, 'root' | 'ours'> {
  const { storeDirectory, busFile, cacheDirectory } = config;
  return {
    root: config.restoreRoot ?? null,
    ours: [
      ...[storeDirectory, busFile].filter((path) => path !== undefined),
      cacheDirectory,
      stateDirectoryOf(config),
    ],
  };
}

/** One restore service of a host is active: two would clear away each other's work. */
function leaseOf(config: RestoreConfig, logger: Logger, jobs: RestoreJobs): ConsumeOptions {
  return {
    group: `${config.topicPrefix}.restore.${encodeId(thisHost)}`,
    topics: [topicsOf(config.topicPrefix).leases],
    onAssigned: () => jobs.activate(),
    onRevoked: () => jobs.stop(),
    onMessage: (_message, delivery) => delivery.commit(),
    onError: (error) => {
      logger.error({ logId: 'lease.failed', err: error }, 'restores cannot begin yet: trying again');
    },
  };
}
