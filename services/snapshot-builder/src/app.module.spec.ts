import { join } from 'node:path';
import { systemClock } from '@headwater/clock';
import {
  captureKey,
  captureState,
  decodeJsonEvent,
  headKey,
  headState,
  topicsOf,
} from '@headwater/contracts';
import type { HeadState } from '@headwater/contracts';
import { EmbeddedBus } from '@headwater/messaging/embedded';
import { DirectoryStore } from '@headwater/object-store/directory';
import { chainId } from '@headwater/oplog';
import { Repository } from '@headwater/repository';
import { Publisher, startService } from '@headwater/service-kit';
import type { RunningService } from '@headwater/service-kit';
import { eventually, temporaryDirectory } from '@headwater/testing';
import type { TemporaryDirectory } from '@headwater/testing';
import { AppModule } from './app.module.js';
import { readConfig } from './config.js';

const topics = topicsOf();
const at = { ts: { t: 100, i: 1 }, term: 1 };
const chain = chainId(at.ts, 1);

describe('the snapshot builder', () => {
  let home: TemporaryDirectory;
  let bus: EmbeddedBus;
  let service: RunningService;

  beforeEach(async () => {
    home = await temporaryDirectory('headwater-builder-');
    bus = await EmbeddedBus.open(join(home.path, 'bus.db'));
    // As ingest does.
    await Repository.open(await DirectoryStore.open(join(home.path, 'store')));
    service = await startService({
      name: 'snapshot-builder',
      config: () =>
        readConfig({
          HEADWATER_BUS_FILE: join(home.path, 'bus.db'),
          HEADWATER_STORE_DIRECTORY: join(home.path, 'store'),
          HEADWATER_HEAD_DIRECTORY: join(home.path, 'heads'),
          HEADWATER_MONGOD_6_0: join(home.path, 'no-mongod-here'),
          HEADWATER_SNAPSHOT_BUILDER_PORT: '0',
          HEADWATER_LOG_LEVEL: 'silent',
        }),
      module: AppModule.compose,
    });
  });

  afterEach(async () => {
    await service.close();
    await bus.close();
    await home.remove();
  });

  /** As ingest does, when an initial sync is whole. */
  async function completeSync(): Promise<void> {
    const repository = await Repository.open(await DirectoryStore.open(join(home.path, 'store')));
    const sync = repository.deployment('d').replicaSet('rs0').sync('0000000001');
    await sync.finish({
      ...{ format: 1, syncId: '0000000001', attempt: 'a', chain, replicaSetId: 'a'.repeat(24), epoch: 1 },
      ...{
        beginFetching: at,
        beginApplying: at,
        stop: at,
        member: 'h:1',
        serverVersion: '6.0.5',
        fcv: '6.0',
      },
      ...{ parts: [], documents: 0, bytes: 0 },
    });
    const publisher = new Publisher({ bus, topics, clock: systemClock, source: '/spec' });
    await publisher.state(captureState, captureKey('d', 'rs0'), {
      ...{ deployment: 'd', replicaSet: 'rs0', replicaSetId: 'a'.repeat(24), epoch: 2, order: 'tail' },
      ...{ tail: { chain, archivedTo: at }, sync: null, reason: '', updatedAt: '2026-11-24T08:00:00.000Z' },
    });
  }

  async function head(condition: (state: HeadState) => boolean): Promise<HeadState> {
    return eventually(
      async () => {
        const message = await bus.latest(topics.state, headKey('d', 'rs0'));
        const state = message === null ? null : decodeJsonEvent(headState, message);
        return state?.ok === true && condition(state.value) ? state.value : null;
      },
      { deadlineMs: 10_000, describe: 'the state of the head' },
    );
  }

  it('is ready with nothing to do, and drains', async () => {
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
    expect(service.api.served).toEqual(service.api.documented);
  });

  it('says that a head is broken, and which variable names the mongod that it lacks', async () => {
    await completeSync();
    const broken = await head(({ state }) => state === 'broken');
    expect(broken.reason).toContain('no-mongod-here');
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
  });
});
