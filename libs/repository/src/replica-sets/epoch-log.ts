import type { ObjectStore } from '@headwater/object-store';
import { z } from 'zod';
import { countSchema, formatSchema, nameSchema, positionSchema, timeSchema } from '../encoding/schemas.js';
import { createDocument, readDocument } from '../store/document.js';

/** A capture order, numbered: whoever creates the document of a number has given that order, nobody else. */
export const epochSchema = z.object({
  format: formatSchema,
  epoch: countSchema,
  order: z.enum(['tail', 'initial-sync', 'none']),
  /** Null for a first sync: its chain is named by where the sync begins. */
  chain: nameSchema.nullable(),
  /** Where the tail goes on. */
  archivedTo: positionSchema.nullable(),
  syncId: nameSchema.nullable(),
  /** For people. */
  reason: z.string(),
  createdAt: timeSchema,
});

export type Epoch = Readonly<z.infer<typeof epochSchema>>;

const digits = 10;

/** The epochs of one replica set: epochs/<n>.json, of fixed width so that the last one listed is the newest. */
export class EpochLog {
  private readonly store: ObjectStore;
  private readonly folder: string;

  constructor(store: ObjectStore, folder: string) {
    this.store = store;
    this.folder = folder;
  }

  async newest(): Promise<Epoch | null> {
    let newest: string | null = null;
    for await (const { key } of this.store.list(this.folder)) {
      newest = key;
    }
    return newest === null ? null : readDocument(this.store, newest, epochSchema);
  }

  /** Create-only: of two owners that mint the same epoch one is told that it exists. */
  async create(epoch: Epoch): Promise<'created' | 'exists'> {
    const name = String(epoch.epoch).padStart(digits, '0');
    return createDocument(this.store, `${this.folder}${name}.json`, epochSchema, epoch);
  }
}
