import { Binary, Timestamp } from 'bson';
import {
  keepsEmptyTimestamps,
  orderedDocument,
  removeSeedDocuments,
  type Mongod,
  type OrderedDocument,
} from '@headwater/mongod';
import { compareTimestamps, readPosition, type OplogTimestamp } from '@headwater/oplog';
import type { HeadCollections } from './head-collections.js';

const eightZeros = Buffer.alloc(8);

/**
 * Inserts of the copy window whose document has a Timestamp(0,0) at the top level. Where the copy has the document
 * already, recovery takes the insert for a replacement, in which older patch levels fill in the current time. So such
 * documents are taken out of the copy first, and recovery really inserts them. They were not there before the insert,
 * so nothing else of the window needs them.
 */
export class EmptyTimestamps {
  /** UUID (hex) → values of `_id`. */
  private readonly inserts = new Map<string, unknown[]>();

  /** @param after entries up to here are not applied to the copy. */
  constructor(private readonly after: OplogTimestamp) {}

  note(entry: Buffer): void {
    // Cheap, and true of few entries.
    if (!entry.includes(eightZeros)) return;
    if (compareTimestamps(readPosition(entry).ts, this.after) > 0) this.noteOperation(orderedDocument(entry));
  }

  async removeFrom(mongod: Mongod, collections: HeadCollections): Promise<void> {
    if (this.inserts.size === 0 || (await keepsEmptyTimestamps(mongod))) return;
    for (const [uuid, ids] of this.inserts) {
      const target = collections.find(uuid);
      if (target !== null) await removeSeedDocuments(mongod, target, ids);
    }
  }

  private noteOperation(operation: OrderedDocument): void {
    const [o, ui] = [operation.get('o'), operation.get('ui')];
    if (!(o instanceof Map)) return;
    const inner: unknown = o.get('applyOps');
    if (operation.get('op') === 'c' && Array.isArray(inner)) {
      for (const one of inner) if (one instanceof Map) this.noteOperation(one as OrderedDocument);
    } else if (
      operation.get('op') === 'i' &&
      ui instanceof Binary &&
      hasEmptyTimestamp(o as OrderedDocument)
    ) {
      const uuid = Buffer.from(ui.buffer).toString('hex');
      this.inserts.set(uuid, [...(this.inserts.get(uuid) ?? []), o.get('_id')]);
    }
  }
}

function hasEmptyTimestamp(document: OrderedDocument): boolean {
  return [...document.values()].some((value) => value instanceof Timestamp && value.t === 0 && value.i === 0);
}
