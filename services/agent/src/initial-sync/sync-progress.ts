import type { AgentState } from '@headwater/contracts';

interface Sized {
  /** Bytes of documents, as the source estimates. */
  readonly estimatedBytes: number;
  readonly estimatedDocuments: number;
}

/** How far a copy is. Totals are the source's estimates, and never below what was copied. */
export class SyncProgress {
  private collectionsDone = 0;
  private documentsDone = 0;
  private bytesDone = 0;

  constructor(
    private readonly id: string,
    private readonly collections: readonly Sized[],
  ) {}

  copied(documents: readonly Buffer[]): void {
    this.documentsDone += documents.length;
    for (const document of documents) {
      this.bytesDone += document.length;
    }
  }

  collectionDone(): void {
    this.collectionsDone += 1;
  }

  get state(): NonNullable<AgentState['sync']> {
    const total = (size: (collection: Sized) => number) =>
      this.collections.reduce((sum, c) => sum + size(c), 0);
    return {
      id: this.id,
      collectionsDone: this.collectionsDone,
      collectionsTotal: this.collections.length,
      documentsDone: this.documentsDone,
      documentsTotal: Math.max(
        this.documentsDone,
        total((c) => c.estimatedDocuments),
      ),
      bytesDone: this.bytesDone,
      bytesTotal: Math.max(
        this.bytesDone,
        total((c) => c.estimatedBytes),
      ),
    };
  }
}
