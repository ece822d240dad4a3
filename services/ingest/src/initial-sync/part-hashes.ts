import type { SyncArchive, SyncComplete } from '@headwater/repository';

/** The hashes of archived parts: those that this process wrote from memory, those of one before it from the store. */
export class PartHashes {
  private syncId = '';
  private readonly hashes = new Map<number, string>();

  note(syncId: string, part: number, sha256: string): void {
    if (syncId !== this.syncId) {
      this.syncId = syncId;
      this.hashes.clear();
    }
    this.hashes.set(part, sha256);
  }

  async of(archive: SyncArchive): Promise<SyncComplete['parts']> {
    const parts: SyncComplete['parts'] = [];
    for (const part of await archive.parts()) {
      const known = archive.id === this.syncId ? this.hashes.get(part.n) : undefined;
      parts.push({ n: part.n, sha256: known ?? (await archive.partHash(part)), bytes: part.size });
    }
    return parts;
  }
}
