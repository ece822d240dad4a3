import { hostname } from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { systemClock } from '@headwater/clock';
import { encodeId, topicsOf } from '@headwater/contracts';
import { openBus } from '@headwater/messaging/opening';
import { mongodsOf } from '@headwater/mongod';
import { openStore } from '@headwater/object-store/opening';
import { RecoveryEngine } from '@headwater/recovery';
import { Repository } from '@headwater/repository';
import { Lifecycle, Publisher, portSurroundings } from '@headwater/service-kit';
import type { Metrics, ServiceKit } from '@headwater/service-kit';
import { rulesOf } from './config.js';
import type { SnapshotBuilderConfig } from './config.js';
import { HeadJournal } from './head/head-journal.js';
import { HeadKeeper } from './head/head-keeper.js';
import { HeadRounds } from './schedule/head-rounds.js';
import type { KeptHead } from './schedule/head-rounds.js';
import { Sealer } from './sealing/sealer.js';

@Module({})
export class AppModule {
  static async compose(this: void, kit: ServiceKit<SnapshotBuilderConfig>): Promise<DynamicModule> {
    const { config, logger, metrics } = kit;
    const clock = systemClock;
    const topics = topicsOf(config.topicPrefix);
    const surroundings = portSurroundings(kit, clock);
    const bus = await openBus(config, surroundings);
    const store = await openStore(config, surroundings);
    const repository = await Repository.openExisting(store, clock, () => {
      logger.warn({ logId: 'repository.awaited' }, 'the store has no repository yet: waiting for ingest');
    });
    const publisher = new Publisher({
      bus,
      topics,
      clock,
      source: `/headwater/snapshot-builder/${hostname()}`,
    });
    const engine = new RecoveryEngine({
      mongods: mongodsOf(config, logger),
      clock,
      cacheMiB: config.headCacheMib,
    });
    const sealer = new Sealer(clock);
    const headOf = (deployment: string, replicaSet: string): KeptHead => {
      const journal = new HeadJournal({ deployment, replicaSet, publisher, clock, logger });
      const keeper = new HeadKeeper({
        archive: repository.deployment(deployment).replicaSet(replicaSet),
        directory: join(config.headDirectory, encodeId(deployment), encodeId(replicaSet), 'data'),
        engine,
        sealer,
        journal,
        clock,
        logger,
        rules: rulesOf(config),
      });
      return { keeper, journal };
    };
    const rounds = new HeadRounds({
      bus,
      stateTopic: topics.state,
      sharedTopic: topics.oplogBatches,
      group: `${config.topicPrefix}.snapshot-builder`,
      clock,
      logger,
      headOf,
    });
    countHeld(metrics, rounds);
    const lifecycle = new Lifecycle({
      start: () => rounds.start(),
      drain: () => rounds.stop(),
      close: async () => {
        await bus.close();
        await store.close();
      },
    });
    return { module: AppModule, providers: [{ provide: Lifecycle, useValue: lifecycle }] };
  }
}

function countHeld(metrics: Metrics, rounds: HeadRounds): void {
  metrics.gauge({
    name: 'headwater_held_partitions',
    help: 'Partitions of the data topics whose replica sets have their heads here.',
    collect: (gauge) => {
      gauge.set(rounds.heldPartitions);
    },
  });
}
