import type { MongoClient } from 'mongodb';
import type { SyncHooks } from '../../capture/capture.js';
import { expectedRace } from '../../workload/expected-race.js';
import type { CatalogueChange } from './catalogue-change.js';
import { collectionChanges } from './collection-changes.js';
import { indexChanges } from './index-changes.js';
import { optionChanges } from './option-changes.js';

const changes = Object.entries({ ...indexChanges, ...collectionChanges, ...optionChanges }).sort(
  ([a], [b]) => (a < b ? -1 : 1),
);
const prefix = 'ddl-';
/** Copied before every other one, so that what happens behind the listing can happen then. */
const first = 'aaa';

export const changeCount = changes.length;

/** One database for each change, in all of which something happens while an initial sync copies them. */
export class ChangedCatalogue {
  private readonly done = new Set<string>();

  constructor(private readonly client: MongoClient) {}

  async prepare(): Promise<void> {
    await this.client.db(first).collection('first').insertOne({});
    for (const [name, change] of changes) await change.prepare(this.client.db(prefix + name));
  }

  /** The hooks of one sync; `meanwhile` runs with each portion. */
  hooks(meanwhile: () => Promise<unknown>): SyncHooks {
    return {
      copied: async ({ db, name }, portion) => {
        await meanwhile();
        if (db === first) await this.all('listed');
        if (db.startsWith(prefix) && name === 'a' && portion === 1) await this.one(db, 'midway');
        for (const [change] of changes) if (prefix + change < db) await this.one(prefix + change, 'copied');
      },
      beforeStop: () => this.all('copied'),
    };
  }

  /** Index DDL and documents in everything that is left. */
  async changeOnce(): Promise<void> {
    const { databases } = await this.client.db().admin().listDatabases({ nameOnly: true });
    for (const { name } of databases.filter(({ name }) => name.startsWith(prefix))) {
      await this.changeAll(name);
    }
  }

  private async all(stage: 'listed' | 'copied'): Promise<void> {
    for (const [name] of changes) await this.one(prefix + name, stage);
  }

  private async one(database: string, stage: Exclude<keyof CatalogueChange, 'prepare'>): Promise<void> {
    const key = `${database} ${stage}`;
    const change = changes.find(([name]) => prefix + name === database)?.[1];
    if (change === undefined || this.done.has(key)) return;
    this.done.add(key);
    await change[stage]?.(this.client.db(database));
  }

  private async changeAll(database: string): Promise<void> {
    const db = this.client.db(database);
    for (const { name, type } of await db.listCollections().toArray()) {
      if (type === 'view' || name.startsWith('system.')) continue;
      const indexes = await db.collection(name).indexes();
      const [one, two] = indexes.filter((index) => index.name !== '_id_' && index['clustered'] !== true);
      const collMod = { collMod: name };
      if (one) await db.command({ ...collMod, index: { name: one.name, hidden: one.hidden !== true } });
      if (two?.name !== undefined) await db.collection(name).dropIndex(two.name);
      const later = type === 'timeseries' ? { y: -1 } : { more: -1 };
      await db.collection(name).createIndex(later, {}, {});
      if (type !== 'collection') continue;
      await db
        .collection(name)
        .insertOne({ x: 1e6, more: 1 })
        .catch((error: unknown) => {
          // A clustered key that is no date, a unique value that is there: nothing is written then.
          if (expectedRace(error) === null) throw error;
        });
      await db.command({ ...collMod, validator: { more: { $ne: 3 } } });
    }
  }
}
