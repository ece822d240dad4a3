import {
  catalogueOf,
  insertSeedDocuments,
  type Catalogue,
  type Mongod,
  type SeedTarget,
} from '@headwater/mongod';
import {
  decodePart,
  type PartSection,
  type ReplicaSetRepository,
  type SyncComplete,
} from '@headwater/repository';
import { progressOf, type LongOperation } from '../progress.js';
import { recoveryErrors } from '../recovery-errors.js';
import type { HeadCollections } from './head-collections.js';
import { InFlight } from './in-flight.js';

export interface PartLoading extends LongOperation {
  readonly archive: ReplicaSetRepository;
  readonly complete: SyncComplete;
  readonly collections: HeadCollections;
}

/** The server works on as many while the next ones are read; more bring nothing. */
const insertsAtOnce = 3;
const documentsAtOnce = 2000;

/**
 * Makes every collection of an initial sync with its documents; indexes but `_id_` come later.
 *
 * @returns the source's catalogue at stop.
 * @throws repositoryErrors naming a damaged part; recoveryErrors.copyDiffers without a catalogue; mongodbErrors on
 * any write error but a known `_id`.
 */
export async function loadParts(mongod: Mongod, loading: PartLoading): Promise<Catalogue> {
  const { archive, complete, collections, onProgress, signal } = loading;
  const catalogue: Buffer[] = [];
  const inFlight = new InFlight(insertsAtOnce);
  const loadSection = async (section: PartSection): Promise<void> => {
    const target = await collections.targetOf(section);
    if (target.capped) await inFlight.settled();
    for (let at = 0; at < section.documents.length; at += documentsAtOnce) {
      const documents = section.documents.slice(at, at + documentsAtOnce);
      await inFlight.add(() => insertAll(mongod, target, documents));
      if (target.capped) await inFlight.settled();
    }
  };
  let bytesDone = 0;
  for await (const payload of archive.sync(complete.syncId).payloads(complete)) {
    signal?.throwIfAborted();
    const part = decodePart(payload);
    if (part.kind === 'catalogue') {
      catalogue.push(...part.documents);
      continue;
    }
    for (const section of part.sections) {
      await loadSection(section);
      bytesDone += section.documents.reduce((sum, document) => sum + document.length, 0);
      onProgress?.(progressOf('seeding', { bytesDone, bytesTotal: complete.bytes }));
    }
  }
  await inFlight.settled();
  if (catalogue.length === 0) {
    throw recoveryErrors.copyDiffers(`The initial sync ${complete.syncId} holds no catalogue of the source.`);
  }
  return catalogueOf(catalogue);
}

async function insertAll(mongod: Mongod, target: SeedTarget, documents: readonly Buffer[]): Promise<void> {
  const { inserted, duplicates } = await insertSeedDocuments(mongod, target, documents);
  if (inserted + duplicates === documents.length) return;
  throw recoveryErrors.copyDiffers(
    `${target.db}.${target.name}: of ${documents.length} documents ${inserted} were inserted, ${duplicates} were there.`,
  );
}
