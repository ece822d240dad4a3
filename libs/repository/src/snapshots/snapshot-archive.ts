import { isOneOf } from '@headwater/errors';
import { positionsEqual } from '@headwater/oplog';
import type { ObjectStore } from '@headwater/object-store';
import pLimit from 'p-limit';
import { repositoryErrors } from '../repository-errors.js';
import { createDocument } from '../store/document.js';
import { readObject } from '../store/object-reading.js';
import { fileMapKey, readFileMap, type FileMap } from './file-map.js';
import { readFile, type BlockProof, type FileBlock } from './file-reader.js';
import { logManifestFormat, logManifestSchema, type LogManifest, type LogSeal } from './log-manifest.js';
import { decodeManifest, type AnyManifest } from './manifest-reading.js';
import { manifestKey, parseSnapshotId } from './manifest.js';
import type { Manifest, ManifestFile, SnapshotRef } from './manifest.js';
import { packKey } from './pack-writer.js';
import { summaryOf } from './snapshot-catalogue.js';
import type { DamagedSnapshot, SnapshotCatalogue, SnapshotSummary } from './snapshot-catalogue.js';
import { SnapshotWriter, type SnapshotPlace } from './snapshot-writer.js';

const manifestsAtOnce = 8;
const suffix = '.json';
const unreadable = [repositoryErrors.damagedObject, repositoryErrors.unknownFormat];

/** The snapshots of one replica set: snapshots/, filemaps/ and packs/. */
export class SnapshotArchive {
  private readonly store: ObjectStore;
  private readonly place: SnapshotPlace;
  /** By key, which never gets other contents. Holds what the last listing listed. */
  private known = new Map<string, SnapshotSummary>();

  constructor(store: ObjectStore, place: SnapshotPlace) {
    this.store = store;
    this.place = place;
  }

  /**
   * @param parent an earlier snapshot of the same head, whose blocks are used again. Null: every block is stored anew, as it
   * has to be when adding a file says that a file map of the parent is damaged or missing.
   */
  writer(parent: Manifest | null): SnapshotWriter {
    return new SnapshotWriter(this.store, this.place, parent);
  }

  /** By one listing, ascending by id and so in time. */
  async list(): Promise<SnapshotRef[]> {
    const folder = manifestKey(this.place.folder, '').slice(0, -suffix.length);
    const refs: SnapshotRef[] = [];
    for await (const { key } of this.store.list(folder)) {
      const id = key.endsWith(suffix) ? key.slice(folder.length, -suffix.length) : '';
      const ts = parseSnapshotId(id);
      if (ts !== null) {
        refs.push({ id, ts, key });
      }
    }
    return refs;
  }

  /** A manifest of any kind. @throws repositoryErrors.missingObject, damagedObject or unknownFormat, naming the key. */
  async open(id: string): Promise<AnyManifest> {
    const key = manifestKey(this.place.folder, id);
    return decodeManifest(key, await readObject(this.store, key));
  }

  /** That of a block snapshot. @throws as `open`; repositoryErrors.noDataFiles for a snapshot of another kind. */
  async read(id: string): Promise<Manifest> {
    const manifest = await this.open(id);
    if (manifest.kind !== 'block') {
      throw repositoryErrors.noDataFiles(`snapshot ${id} is of kind ${manifest.kind}: it has no data files`);
    }
    return manifest;
  }

  /**
   * Makes a log snapshot. Create-only: where the same position of the chain has one already, that one stays.
   *
   * @throws repositoryErrors.conflictingObject when another snapshot has the id.
   */
  async writeLog(seal: LogSeal): Promise<LogManifest> {
    const { deployment, replicaSet, folder } = this.place;
    const fixed = { format: logManifestFormat, kind: 'log', storedBytes: 0, deployment, replicaSet } as const;
    const manifest: LogManifest = { ...seal, ...fixed };
    const key = manifestKey(folder, seal.id);
    if ((await createDocument(this.store, key, logManifestSchema, manifest)) === 'created') {
      return manifest;
    }
    const there = await this.open(seal.id);
    if (
      there.kind !== 'log' ||
      there.chain !== seal.chain ||
      !positionsEqual(there.position, seal.position)
    ) {
      throw repositoryErrors.conflictingObject(`${key} is another snapshot`, { details: { key } });
    }
    return there;
  }

  /**
   * Objects that a block snapshot needs and that are not in the store, by two listings: the first few keys, none when all are
   * there. What they hold is proven when it is read.
   */
  async missingObjects({ files, packs }: Pick<Manifest, 'files' | 'packs'>, most = 3): Promise<string[]> {
    const { folder } = this.place;
    const wanted = new Set([
      ...packs.map((pack) => packKey(folder, pack)),
      ...files.flatMap(({ fileMaps }) => fileMaps.map((map) => fileMapKey(folder, map))),
    ]);
    for (const prefix of [packKey(folder, ''), fileMapKey(folder, '')]) {
      for await (const { key } of this.store.list(prefix)) {
        wanted.delete(key);
      }
    }
    return [...wanted].slice(0, most);
  }

  /** All snapshots, with what their manifests say. A manifest is read once only. */
  async catalogue(): Promise<SnapshotCatalogue> {
    const limit = pLimit(manifestsAtOnce);
    const refs = await this.list();
    const found = await Promise.all(refs.map((ref) => limit(() => this.summarize(ref))));
    const snapshots = found.filter((one) => one !== null && 'chain' in one);
    this.known = new Map(snapshots.map((summary) => [summary.key, summary]));
    return { snapshots, damaged: found.filter((one) => one !== null && 'error' in one) };
  }

  /** @throws repositoryErrors.missingObject or damagedObject, naming the key. */
  async readFileMap(sha256: string): Promise<FileMap> {
    return readFileMap(this.store, this.place.folder, sha256);
  }

  /** See `readFile` in file-reader: the blocks of a data file, in order, each proven unless told otherwise. */
  readFile(file: ManifestFile, proof: BlockProof = 'each-block'): AsyncGenerator<FileBlock> {
    return readFile(this.store, this.place.folder, file, proof);
  }

  private async summarize(ref: SnapshotRef): Promise<SnapshotSummary | DamagedSnapshot | null> {
    const known = this.known.get(ref.key);
    if (known !== undefined) {
      return known;
    }
    try {
      return summaryOf(ref, await this.open(ref.id));
    } catch (error) {
      if (isOneOf(error, unreadable)) {
        return { ref, error };
      }
      if (isOneOf(error, [repositoryErrors.missingObject])) {
        return null;
      }
      throw error;
    }
  }
}
