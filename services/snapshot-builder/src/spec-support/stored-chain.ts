import { serialize, Timestamp } from 'bson';
import { chainId, previousTimestamp } from '@headwater/oplog';
import type { Position } from '@headwater/oplog';
import { snapshotId } from '@headwater/repository';
import type { Manifest, ReplicaSetRepository, SyncComplete } from '@headwater/repository';

/** Where the second `n` of a made-up oplog is. */
export function at(n: number): Position {
  return { ts: { t: 1_000_000 + n, i: 1 }, term: 1 };
}

function entryAt(n: number): Buffer {
  const { ts } = at(n);
  return Buffer.from(serialize({ op: 'n', ns: '', o: { n }, ts: new Timestamp(ts), t: 1n, v: 2n }));
}

/** One chain of a replica set as ingest and a builder leave it in a store: an entry every second. */
export class StoredChain {
  readonly chain = chainId(at(0).ts, 1);
  private archivedTo: Position = { ts: previousTimestamp(at(0).ts), term: 1 };
  private next = 0;

  constructor(readonly archive: ReplicaSetRepository) {}

  get tail() {
    return { chain: this.chain, archivedTo: this.archivedTo };
  }

  /** Archives everything up to second `n`, in slices of so many entries. */
  async archiveTo(n: number, entriesPerSlice = 4): Promise<void> {
    while (this.next <= n) {
      const last = Math.min(this.next + entriesPerSlice - 1, n);
      const seconds = Array.from({ length: last - this.next + 1 }, (_, index) => this.next + index);
      const range = { from: this.archivedTo, to: at(last) };
      await this.archive.oplog.writeSlice(this.chain, range, seconds.map(entryAt));
      this.archivedTo = at(last);
      this.next = last + 1;
    }
  }

  /** A block snapshot whose one data file holds its second. */
  async sealBlock(n: number): Promise<Manifest> {
    const writer = this.archive.snapshots.writer(null);
    for (const [path, content] of [
      ['WiredTiger.turtle', `turtle ${n}`],
      ['collection.wt', `data ${n}`],
    ] as const) {
      await writer.addFile({ path, size: content.length, mode: 0o600 }, [Buffer.from(content)]);
    }
    return writer.finish({
      ...{ id: snapshotId(at(n).ts, '0123abcd'), position: at(n), chain: this.chain },
      ...{ replicaSetId: 'a'.repeat(24), serverVersion: '6.0.5', fcv: '6.0' },
      createdAt: '2026-11-24T08:00:00.000Z',
    });
  }

  /** An initial sync that ended at second `n`. Its parts are not there: nothing can be made of it. */
  async finishSync(n: number): Promise<void> {
    const begun = { beginFetching: at(0), beginApplying: at(0), stop: at(n) };
    const complete: SyncComplete = {
      ...{ format: 1, syncId: '0000000001', attempt: 'a', chain: this.chain, epoch: 1 },
      ...{ replicaSetId: 'a'.repeat(24), member: 'h:1', serverVersion: '6.0.5', fcv: '6.0' },
      ...begun,
      ...{ parts: [], documents: 0, bytes: 0 },
    };
    await this.archive.sync('0000000001').finish(complete);
  }
}
