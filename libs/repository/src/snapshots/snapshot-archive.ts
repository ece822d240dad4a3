import { isHeadwaterError } from '@headwater/errors';
import type { ObjectStore } from '@headwater/object-store';
import pLimit from 'p-limit';
import { repositoryErrors } from '../repository-errors.js';
import { decodeDocument } from '../store/document.js';
import { readObject } from '../store/object-reading.js';
import { readFileMap, type FileMap } from './file-map.js';
import { readFile, type FileBlock } from './file-reader.js';
import { manifestKey, manifestSchema, parseSnapshotId } from './manifest.js';
import type { Manifest, ManifestFile, SnapshotRef } from './manifest.js';
import type { DamagedSnapshot, SnapshotCatalogue, SnapshotSummary } from './snapshot-catalogue.js';
import { SnapshotWriter, type SnapshotPlace } from './snapshot-writer.js';

const manifestsAtOnce = 8;
const suffix = '.json';
const gone = repositoryErrors.missingObject('').code;
const unreadable = [repositoryErrors.damagedObject('').code, repositoryErrors.unknownFormat('').code];

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

  /** @throws repositoryErrors.missingObject, damagedObject or unknownFormat, naming the key. */
  async read(id: string): Promise<Manifest> {
    const key = manifestKey(this.place.folder, id);
    return decodeDocument(key, await readObject(this.store, key), manifestSchema);
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

  /** See `readFile` in file-reader: the blocks of a data file, in order, each proven. */
  readFile(file: ManifestFile): AsyncGenerator<FileBlock> {
    return readFile(this.store, this.place.folder, file);
  }

  private async summarize(ref: SnapshotRef): Promise<SnapshotSummary | DamagedSnapshot | null> {
    const known = this.known.get(ref.key);
    if (known !== undefined) {
      return known;
    }
    try {
      return summaryOf(ref, await this.read(ref.id));
    } catch (error) {
      if (isHeadwaterError(error) && unreadable.includes(error.code)) {
        return { ref, error };
      }
      if (isHeadwaterError(error) && error.code === gone) {
        return null;
      }
      throw error;
    }
  }
}

function summaryOf(ref: SnapshotRef, manifest: Manifest): SnapshotSummary {
  const { format: _format, blockBytes: _blockBytes, files: _files, packs: _packs, ...summary } = manifest;
  return { ...summary, ...ref };
}
