import type { ObjectStore } from '@headwater/object-store';
import { z } from 'zod';
import { inOrder } from '../encoding/ordered-work.js';
import { countSchema, nameSchema } from '../encoding/schemas.js';
import { sha256Of } from '../encoding/sha256.js';
import { repositoryErrors } from '../repository-errors.js';
import { createDocument, readDocument } from '../store/document.js';
import {
  decodeFramed,
  encodeFramed,
  encodeHeader,
  frameFields,
  parseHeader,
  readHeaderBytes,
} from '../store/framed-object.js';
import { damaged, readObject } from '../store/object-reading.js';
import { createObject } from '../store/object-writing.js';
import { syncBegunSchema, syncCompleteSchema, type SyncBegun, type SyncComplete } from './sync-documents.js';

const partHeaderSchema = z.object({
  ...frameFields,
  kind: z.literal('part'),
  syncId: nameSchema,
  n: countSchema.min(1),
});

type PartHeader = z.infer<typeof partHeaderSchema>;

/** What a listing tells of a part. */
export interface PartRef {
  /** From 1. */
  readonly n: number;
  readonly key: string;
  /** Bytes of the object. */
  readonly size: number;
}

const digits = 10;
const partForm = /^(\d{10})\.bson\.zst$/;
const readAhead = 2;

/** One initial sync: initial-sync/<id>/{begun.json, parts/<n>.bson.zst, complete.json}. */
export class SyncArchive {
  readonly id: string;
  private readonly store: ObjectStore;
  private readonly folder: string;

  constructor(store: ObjectStore, folder: string, id: string) {
    this.store = store;
    this.folder = folder;
    this.id = id;
  }

  async begun(): Promise<SyncBegun | null> {
    return readDocument(this.store, `${this.folder}begun.json`, syncBegunSchema);
  }

  /** Create-only. */
  async begin(begun: SyncBegun): Promise<'created' | 'exists'> {
    return createDocument(this.store, `${this.folder}begun.json`, syncBegunSchema, begun);
  }

  /**
   * Create-only: the same payload of the same number gives the same object.
   *
   * @param sha256 of the payload, as its sender gave it.
   * @throws repositoryErrors.malformedPart when the payload has another sha256; repositoryErrors.conflictingObject when
   * another payload is archived under the number.
   */
  async writePart(n: number, payload: Buffer, sha256: string): Promise<PartRef> {
    if (sha256Of(payload) !== sha256) {
      throw repositoryErrors.malformedPart(`part ${n} of sync ${this.id} does not have its sha256`, {
        details: { n },
      });
    }
    const key = this.partKey(n);
    const header = encodeHeader({ kind: 'part', syncId: this.id, n }, { sha256, length: payload.length });
    const { outcome, size } = await createObject(this.store, key, await encodeFramed(header, payload));
    const part = { n, key, size };
    if (outcome === 'exists' && (await this.partHash(part)) !== sha256) {
      const message = `${key} holds another part ${n} of sync ${this.id}`;
      throw repositoryErrors.conflictingObject(message, { details: { key } });
    }
    return part;
  }

  /** All parts that are there, ascending by number. */
  async parts(): Promise<PartRef[]> {
    const folder = `${this.folder}parts/`;
    const parts: PartRef[] = [];
    for await (const { key, size } of this.store.list(folder)) {
      const n = Number(partForm.exec(key.slice(folder.length))?.[1] ?? 0);
      if (n > 0) {
        parts.push({ n, key, size });
      }
    }
    return parts;
  }

  /** The largest n of which all parts 1 to n are there; 0 when the first is not. */
  async archivedParts(): Promise<number> {
    const parts = await this.parts();
    const hole = parts.findIndex(({ n }, index) => n !== index + 1);
    return hole < 0 ? parts.length : hole;
  }

  /** The key of the first part that complete.json names and that is not there; null when all are. By one listing. */
  async missingPart({ parts }: Pick<SyncComplete, 'parts'>): Promise<string | null> {
    const there = new Set((await this.parts()).map(({ n }) => n));
    const missing = parts.find(({ n }) => !there.has(n));
    return missing === undefined ? null : this.partKey(missing.n);
  }

  /** The sha256 of a part's payload, by a ranged read. */
  async partHash(part: PartRef): Promise<string> {
    const headerBytes = await readHeaderBytes(this.store, part.key, part.size);
    return this.checkHeader(part.n, parseHeader(part.key, headerBytes, partHeaderSchema)).sha256;
  }

  /** The payload; `decodePart` reads it. @throws repositoryErrors.damagedObject or missingObject, naming the key. */
  async readPart(n: number): Promise<Buffer> {
    return (await this.openPart(n)).raw;
  }

  async complete(): Promise<SyncComplete | null> {
    return readDocument(this.store, `${this.folder}complete.json`, syncCompleteSchema);
  }

  /**
   * Create-only, and last: with it the copy is whole.
   *
   * @throws repositoryErrors.incompleteSync unless all parts that it names are archived.
   */
  async finish(complete: SyncComplete): Promise<'created' | 'exists'> {
    const archived = await this.archivedParts();
    if (archived < complete.parts.length) {
      const message = `sync ${this.id} has ${complete.parts.length} parts, of which ${archived} are archived`;
      throw repositoryErrors.incompleteSync(message, { details: { syncId: this.id, archived } });
    }
    return createDocument(this.store, `${this.folder}complete.json`, syncCompleteSchema, complete);
  }

  /**
   * The payloads of a complete sync, in order, each the one that complete.json names.
   *
   * @throws repositoryErrors.damagedObject or missingObject, naming the key.
   */
  async *payloads({ parts }: Pick<SyncComplete, 'parts'>): AsyncGenerator<Buffer> {
    yield* inOrder(parts, readAhead, async ({ n, sha256 }) => {
      const { header, raw } = await this.openPart(n);
      if (header.sha256 !== sha256) {
        throw damaged(this.partKey(n), 'it is not the part that complete.json names');
      }
      return raw;
    });
  }

  private partKey(n: number): string {
    return `${this.folder}parts/${String(n).padStart(digits, '0')}.bson.zst`;
  }

  private async openPart(n: number): Promise<{ header: PartHeader; raw: Buffer }> {
    const key = this.partKey(n);
    const { header, raw } = await decodeFramed(key, await readObject(this.store, key), partHeaderSchema);
    return { header: this.checkHeader(n, header), raw };
  }

  private checkHeader(n: number, header: PartHeader): PartHeader {
    if (header.n !== n || header.syncId !== this.id) {
      throw damaged(this.partKey(n), 'it does not belong under its name');
    }
    return header;
  }
}
