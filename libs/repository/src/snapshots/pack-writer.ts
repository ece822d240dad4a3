import type { ObjectStore } from '@headwater/object-store';
import { sha256Of } from '../encoding/sha256.js';
import { damaged, readObject } from '../store/object-reading.js';
import { blockBytes } from './block.js';

/** A pack is sealed once it has this many bytes; only the last one of a snapshot is smaller. */
export const packTargetBytes = 32 * 1024 * 1024;
/** The target, one more block, its frame. */
const packLimitBytes = packTargetBytes + 2 * blockBytes;
const uploadsAtOnce = 2;

/** Where a block will lie. */
export interface PackSlot {
  /** The pack's id. Resolves when the pack is durable, and never before. */
  readonly pack: Promise<string>;
  readonly offset: number;
  readonly length: number;
}

interface OpenPack {
  readonly bytes: Buffer;
  length: number;
  readonly id: PromiseWithResolvers<string>;
}

export function packKey(folder: string, id: string): string {
  return `${folder}packs/${id}`;
}

/** Puts blocks into packs one after the other. A pack's id is the sha256 of its bytes: the same blocks give the same pack. */
export class PackWriter {
  /** Bytes of the packs that were not there before. */
  storedBytes = 0;
  private readonly store: ObjectStore;
  private readonly folder: string;
  private readonly uploads = new Set<Promise<string>>();
  private open: OpenPack | null = null;

  constructor(store: ObjectStore, folder: string) {
    this.store = store;
    this.folder = folder;
  }

  /** Resolves when another block may be appended: bounds the packs in memory. Throws when a pack could not be stored. */
  async room(): Promise<void> {
    while (this.uploads.size >= uploadsAtOnce) {
      await Promise.race(this.uploads);
    }
  }

  append(block: Buffer): PackSlot {
    const pack = (this.open ??= openPack());
    const offset = pack.length;
    block.copy(pack.bytes, offset);
    pack.length += block.length;
    if (pack.length >= packTargetBytes) {
      this.seal();
    }
    return { pack: pack.id.promise, offset, length: block.length };
  }

  /** Sends the last pack on its way. */
  seal(): void {
    const pack = this.open;
    if (pack === null) {
      return;
    }
    this.open = null;
    const upload = this.upload(pack.bytes.subarray(0, pack.length));
    this.uploads.add(upload);
    const settled = () => this.uploads.delete(upload);
    upload.then(settled, () => undefined);
    pack.id.resolve(upload);
  }

  private async upload(bytes: Buffer): Promise<string> {
    const id = sha256Of(bytes);
    const key = packKey(this.folder, id);
    if ((await this.store.create(key, bytes)) === 'created') {
      this.storedBytes += bytes.length;
    } else if (!bytes.equals(await readObject(this.store, key))) {
      throw damaged(key, 'it does not hold what its name says');
    }
    return id;
  }
}

function openPack(): OpenPack {
  const id = Promise.withResolvers<string>();
  // A failure is seen by whoever waits for the id; there may be nobody yet.
  id.promise.catch(() => undefined);
  return { bytes: Buffer.allocUnsafeSlow(packLimitBytes), length: 0, id };
}
