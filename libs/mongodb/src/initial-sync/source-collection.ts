/** A collection of the source, as it was listed while the initial sync ran. */
export interface SourceCollection {
  /** 16 bytes. The identity: names change under the sync. */
  readonly uuid: Buffer;
  readonly db: string;
  readonly name: string;
  /** The create options as the server gave them, BSON. */
  readonly options: Buffer;
  /** The spec of the `_id` index as the server gave it, BSON; null for clustered collections and others without. */
  readonly idIndex: Buffer | null;
  /** For progress only: 0 when unknown. */
  readonly estimatedBytes: number;
  readonly estimatedDocuments: number;
}

export type CollectionIdentity = Pick<SourceCollection, 'uuid' | 'db' | 'name'>;
