import { createHash, randomBytes } from 'node:crypto';
import { systemClock } from '@headwater/clock';
import { ReplicaSetSource, type OplogTail, type SourceCollection } from '@headwater/mongodb';
import type { ObjectStore } from '@headwater/object-store';
import {
  chainId,
  compareTimestamps,
  previousTimestamp,
  scanEntries,
  type OplogTimestamp,
  type Position,
} from '@headwater/oplog';
import { encodePart, Repository, type PartContent, type ReplicaSetRepository } from '@headwater/repository';

export interface CaptureSizes {
  /** Entries; 500 unless told otherwise: small, so that every run has many slices. */
  readonly slice?: number;
  /** Documents; 1500 unless told otherwise. */
  readonly part?: number;
}

export interface SyncHooks {
  /** Called after each portion of a collection was copied, the last one too. */
  copied?(collection: SourceCollection, portion: number): Promise<void>;
  /** Called right before stop is taken. */
  beforeStop?(): Promise<void>;
  /** What is archived instead of the source's catalogue at stop. */
  catalogue?(documents: Buffer[]): Buffer[];
}

interface Parts {
  readonly archive: ReplicaSetRepository;
  readonly source: ReplicaSetSource;
  readonly tail: OplogTail;
  readonly begun: Awaited<ReturnType<ReplicaSetSource['beginSync']>>;
  readonly sizes: Required<CaptureSizes>;
}

/** Agent and ingest in one: from a replica set into a repository, without a bus. */
export class Capture {
  readonly archive: ReplicaSetRepository;
  readonly chain: string;

  private constructor(
    private readonly parts: Parts,
    private archivedTo: Position,
  ) {
    this.archive = parts.archive;
    this.chain = chainId(parts.begun.beginFetching.ts, 1);
  }

  /** Begins a sync and its chain. */
  static async begin(uri: string, store: ObjectStore, sizes: CaptureSizes = {}): Promise<Capture> {
    const repository = await Repository.open(store);
    const archive = repository.deployment('spec').replicaSet('rs0');
    const source = await ReplicaSetSource.open(uri, { clock: systemClock });
    const begun = await source.beginSync();
    const opening = await source.openTailAt(begun.beginFetching);
    if (opening.kind !== 'ok') throw new Error(`the tail did not open: ${opening.kind}`);
    const { ts, term } = begun.beginFetching;
    const opens = { ts: previousTimestamp(ts), term };
    return new Capture(
      { archive, source, tail: opening.tail, begun, sizes: { slice: 500, part: 1500, ...sizes } },
      opens,
    );
  }

  /** Copies everything. @returns the sync's id, and its stop, up to which the oplog is archived. */
  async sync(hooks: SyncHooks = {}): Promise<{ syncId: string; stop: Position }> {
    const { source, archive, begun, sizes } = this.parts;
    const { chain } = this;
    const syncId = randomBytes(4).toString('hex');
    const parts: { n: number; sha256: string; bytes: number }[] = [];
    const totals = { documents: 0, bytes: 0 };
    const write = async (content: PartContent): Promise<void> => {
      const payload = encodePart(content);
      const sha256 = createHash('sha256').update(payload).digest('hex');
      await archive.sync(syncId).writePart(parts.length + 1, payload, sha256);
      parts.push({ n: parts.length + 1, sha256, bytes: payload.length });
    };
    for (const collection of await source.collections()) {
      const { uuid, db, name, options, idIndex } = collection;
      let first = true;
      let portion = 0;
      for await (const documents of portionsOf(source.documents(collection), sizes.part)) {
        await write({
          kind: 'documents',
          sections: [{ uuid, db, name, options, idIndex, first, documents }],
        });
        totals.documents += documents.length;
        totals.bytes += documents.reduce((sum, { length }) => sum + length, 0);
        first = false;
        await hooks.copied?.(collection, (portion += 1));
      }
    }
    await hooks.beforeStop?.();
    const { stop } = await source.endSync();
    const catalogue: Buffer[] = [];
    for await (const batch of source.catalogueAt(stop.ts)) catalogue.push(...batch);
    await write({ kind: 'catalogue', documents: hooks.catalogue?.(catalogue) ?? catalogue });
    await source.confirmSync(begun, stop);
    await this.archiveTo(stop.ts);
    const { identity } = source;
    await archive.sync(syncId).finish({
      ...{ format: 1, syncId, attempt: syncId, chain, epoch: 1 },
      ...{ replicaSetId: identity.replicaSetId, member: identity.member },
      ...{ serverVersion: identity.serverVersion, fcv: identity.fcv },
      ...{ beginFetching: begun.beginFetching, beginApplying: begun.beginApplying, stop },
      ...{ parts, ...totals },
    });
    return { syncId, stop };
  }

  /** Archives everything up to `ts` and some more. @returns how far it came. */
  async archiveTo(ts: OplogTimestamp): Promise<Position> {
    const { slice } = this.parts.sizes;
    while (compareTimestamps(this.archivedTo.ts, ts) < 0) {
      const entries = await this.parts.tail.next();
      for (let at = 0; at < entries.length; at += slice) {
        const some = scanEntries(Buffer.concat(entries.slice(at, at + slice)));
        const to = some.at(-1)?.position ?? this.archivedTo;
        const bytes = some.map((entry) => entry.bytes);
        await this.archive.oplog.writeSlice(this.chain, { from: this.archivedTo, to }, bytes);
        this.archivedTo = to;
      }
    }
    return this.archivedTo;
  }

  async close(): Promise<void> {
    await this.parts.tail.close().finally(() => this.parts.source.close());
  }
}

/** At least one, which is empty for an empty collection. */
async function* portionsOf(batches: AsyncIterable<Buffer[]>, documents: number): AsyncGenerator<Buffer[]> {
  let waiting: Buffer[] = [];
  let portions = 0;
  for await (const batch of batches) {
    waiting.push(...batch);
    if (waiting.length < documents) continue;
    yield waiting;
    [waiting, portions] = [[], portions + 1];
  }
  if (waiting.length > 0 || portions === 0) yield waiting;
}
