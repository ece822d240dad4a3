import type { OrderedDocument } from '../ordered-document.js';
import type { Mongod } from '../process/mongod.js';
import { bytesOfValue, readCatalogue, sameSpec, type Catalogue, type CatalogueEntry } from './catalogue.js';

export interface Reconciliation {
  /** Indexes. */
  readonly created: number;
  /** Indexes. */
  readonly dropped: number;
  readonly collMods: number;
  /** What cannot be mended: the head is no copy of the source. */
  readonly wrong: readonly string[];
}

/** Options that collMod can set, with what it takes for "none". */
const changeable: Readonly<Record<string, unknown>> = {
  validator: {},
  validationLevel: 'strict',
  validationAction: 'error',
  changeStreamPreAndPostImages: { enabled: false },
  expireAfterSeconds: 'off',
};

/** An index build over a large collection takes its time; the process's own end ends the wait. */
const deadlineMillis = 7 * 86_400_000;

/**
 * Makes the indexes and options of a head equal to `wanted`, by UUID. It never creates nor drops a collection: what
 * differs there is reported as wrong. A second time it changes nothing (mongodb-facts 3).
 */
export async function reconcile(mongod: Mongod, wanted: Catalogue): Promise<Reconciliation> {
  const have = await readCatalogue(mongod);
  const done = { created: 0, dropped: 0, collMods: 0, wrong: missingOrTooMany(have, wanted) };
  for (const [uuid, want] of wanted) {
    const entry = have.get(uuid);
    if (entry === undefined) continue;
    if (nameOf(entry) !== nameOf(want)) done.wrong.push(`${nameOf(entry)} is ${nameOf(want)} in the source`);
    await reconcileOptions(mongod, entry, want, done);
    done.dropped += await dropIndexes(mongod, entry, want);
    done.created += await createIndexes(mongod, entry, want);
  }
  return done;
}

function missingOrTooMany(have: Catalogue, wanted: Catalogue): string[] {
  return [
    ...[...have.values()]
      .filter(({ uuid }) => !wanted.has(uuid))
      .map((entry) => `${nameOf(entry)} is not in the source`),
    ...[...wanted.values()]
      .filter(({ uuid }) => !have.has(uuid))
      .map((entry) => `${nameOf(entry)} is missing`),
  ];
}

/** A collMod that named an index which the head lacked was skipped whole, options and all. */
async function reconcileOptions(
  mongod: Mongod,
  have: CatalogueEntry,
  want: CatalogueEntry,
  done: { collMods: number; wrong: string[] },
): Promise<void> {
  if (sameSpec(have.options, want.options)) return;
  const names = [...new Set([...have.options.keys(), ...want.options.keys()])].filter((name) =>
    differs(name, have.options, want.options),
  );
  const fixed = names.filter((name) => !(name in changeable));
  if (fixed.length > 0) {
    done.wrong.push(`${nameOf(have)} differs in ${fixed.join(', ')}`);
    return;
  }
  if (names.length === 0) return;
  const changes = names.map((name) => [name, valueOf(name, want.options)] as const);
  await mongod.connection.command(
    have.db,
    { collMod: have.name, ...Object.fromEntries(changes) },
    { deadlineMillis },
  );
  done.collMods += 1;
}

function differs(name: string, a: OrderedDocument, b: OrderedDocument): boolean {
  return bytesOfValue(valueOf(name, a)) !== bytesOfValue(valueOf(name, b));
}

/** An option that is not there means the same as its default, which a collMod writes down. */
function valueOf(name: string, options: OrderedDocument): unknown {
  return options.get(name) ?? changeable[name];
}

async function dropIndexes(mongod: Mongod, have: CatalogueEntry, want: CatalogueEntry): Promise<number> {
  const index = [...have.indexes.keys()].filter((name) => !isThere(name, have, want));
  if (index.length === 0) return 0;
  await mongod.connection.command(have.db, { dropIndexes: have.name, index }, { deadlineMillis });
  return index.length;
}

/** All at once: one scan of the collection builds them. */
async function createIndexes(mongod: Mongod, have: CatalogueEntry, want: CatalogueEntry): Promise<number> {
  const indexes = [...want.indexes]
    .filter(([name]) => !isThere(name, have, want))
    .map(([, spec]) => specToCreate(spec, want));
  if (indexes.length === 0) return 0;
  await mongod.connection.command(have.db, { createIndexes: have.name, indexes }, { deadlineMillis });
  return indexes.length;
}

/** In a collection with a collation, an index stored without one has the simple one; asked for without, it inherits. */
function specToCreate(spec: OrderedDocument, { options }: CatalogueEntry): OrderedDocument {
  if (spec.has('collation') || !options.has('collation')) return spec;
  return new Map([...spec, ['collation', { locale: 'simple' }]]);
}

/** Both sides have this index, the same one. */
function isThere(name: string, have: CatalogueEntry, want: CatalogueEntry): boolean {
  const [mine, theirs] = [have.indexes.get(name), want.indexes.get(name)];
  return mine !== undefined && theirs !== undefined && sameSpec(mine, theirs);
}

function nameOf({ db, name }: CatalogueEntry): string {
  return `${db}.${name}`;
}
