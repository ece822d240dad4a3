import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ObjectId } from 'bson';
import { withMongod } from '@headwater/mongod';
import { sealSnapshot } from '../../capture/sealing.js';
import { compareDeployments } from '../../equality/comparison.js';
import { startReplicaSet } from '../../replica-set/replica-set.js';
import type { EnginePromise } from '../engine-promise.js';
import type { Ground } from '../ground.js';

const replicaSet = 'restored';

/** A snapshot of the head, materialized into `directory`, replayed to now and handed over. */
async function restore(ground: Ground, directory: string): Promise<void> {
  const { engine, client, series, binaries } = ground;
  const head = await ground.standing();
  const { archive, chain } = head.capture;
  const manifest = await sealSnapshot(archive, {
    ...{ directory: head.directory, chain, position: head.position },
    serverVersion: binaries.source.version,
  });
  await client.db('delivered').collection('late').insertOne({ late: 1 });
  const to = await ground.archived();
  await engine.materialize({ archive, manifest, directory });
  await engine.replay({ archive, chain, directory, series, from: head.position, to });
  await engine.prepare({ directory, target: 'standalone' });
}

/** What a node finds when it is started with --replSet, and so is a set of its own (mongodb-facts 5). */
async function makeMember(ground: Ground, directory: string): Promise<void> {
  const config = {
    ...{ _id: replicaSet, version: 1, term: 1, protocolVersion: 1 },
    members: [{ _id: 0, host: '127.0.0.1:1' }],
    settings: { replicaSetId: new ObjectId() },
  };
  const binary = ground.binaries.head;
  await withMongod({ binary, directory, mode: 'append' }, async ({ connection }) => {
    await connection.command('local', { insert: 'system.replset', documents: [config] });
  });
}

export const deliveryPromises: readonly EnginePromise[] = [
  {
    name: 'a snapshot, materialized, replayed and prepared, opened by a plain mongod',
    shownBy: 'libs/recovery/src/recovery-engine.int.spec.ts',
    test: async (ground) => {
      const directory = ground.path('restored');
      await restore(ground, directory);
      return ground.differencesOf(directory);
    },
  },
  {
    name: 'the same, opened as a replica set of one node that accepts writes',
    test: async (ground) => {
      const parent = ground.path('set');
      await mkdir(parent);
      const directory = join(parent, `${replicaSet}-0`);
      await restore(ground, directory);
      await makeMember(ground, directory);
      const set = await startReplicaSet({
        ...{ binary: ground.binaries.head, name: replicaSet, directory: parent },
        parameters: { ttlMonitorEnabled: false },
      });
      try {
        const client = set.connect();
        const found = await compareDeployments(ground.client, client, { copyWindow: true });
        await client
          .db('written')
          .collection('after')
          .insertOne({}, { writeConcern: { w: 'majority' } });
        return found;
      } finally {
        await set.stop();
      }
    },
  },
];
