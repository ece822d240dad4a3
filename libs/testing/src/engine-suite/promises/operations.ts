import { Workload, type WorkloadKind } from '../../workload/workload.js';
import { changeCount, ChangedCatalogue } from '../changes/changed-catalogue.js';
import type { EnginePromise } from '../engine-promise.js';
import type { Ground } from '../ground.js';

const sizes = { documents: 400, largeDocumentMiB: 1 };
const stepsACycle = 150;

async function steps(workload: Workload, ground: Ground, count: number): Promise<void> {
  for (let step = 0; step < count; step += 1) await workload.step(ground.client);
}

/** The base of a workload and what it does to it, in two cycles of a head that knows nothing of it. */
function cyclesOver(name: string, kinds: readonly WorkloadKind[]): EnginePromise {
  return {
    name,
    shownBy: 'libs/recovery/src/recovery-engine.int.spec.ts',
    test: async (ground) => {
      await ground.standing();
      const workload = new Workload({ seed: 31, database: `cycle-${String(kinds[0])}`, kinds, sizes });
      await workload.prepare(ground.client);
      await steps(workload, ground, stepsACycle);
      await ground.advance();
      await steps(workload, ground, stepsACycle);
      await ground.advance();
      return ground.differences();
    },
  };
}

/** An initial sync under load and DDL, and then the operations of every kind. The first of all makes the head. */
export function operationPromises(): EnginePromise[] {
  let catalogue: ChangedCatalogue | null = null;
  return [
    {
      name: `an initial sync under load, with ${changeCount} changes of collections and indexes in its midst`,
      test: async (ground) => {
        catalogue = new ChangedCatalogue(ground.client);
        await catalogue.prepare();
        const workload = new Workload({ seed: 17, database: 'synced', sizes });
        await workload.prepare(ground.client);
        await ground.seed(catalogue.hooks(() => steps(workload, ground, 2)));
        return ground.differences();
      },
    },
    {
      name: 'a cycle of index changes over what that sync copied',
      test: async (ground) => {
        await ground.standing();
        await catalogue?.changeOnce();
        await ground.advance();
        return ground.differences();
      },
    },
    cyclesOver(
      'cycles over inserts, updates, deletes, findAndModify; unique, text, 2dsphere, wildcard, partial, hidden, TTL indexes and collations',
      ['documents', 'indexedDocuments'],
    ),
    cyclesOver(
      'cycles over capped, time series, clustered and pre-imaged collections, validators and views',
      ['documents', 'specialCollections'].reverse() as WorkloadKind[],
    ),
    cyclesOver(
      'cycles over create, rename, drop, dropDatabase, collMod, convertToCapped, $out, $merge and indexes that come and go',
      ['collectionChanges', 'indexChanges', 'documents'],
    ),
    cyclesOver('cycles over transactions, users, roles and unusual names', [
      'transactions',
      'users',
      'unusualNames',
    ]),
  ];
}
