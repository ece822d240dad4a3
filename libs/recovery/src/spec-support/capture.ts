import { randomBytes } from 'node:crypto';
import { createHash } from 'node:crypto';
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

/** Small, so that every run has many slices and parts. */
const entriesPerSlice = 500;
const documentsPerPart = 1500;

export interface SyncHooks {
  /** Called while collections are copied, after each. */
  copied?(collection: SourceCollection): Promise<void>;
  /** Called right before stop is taken. */
  beforeStop?(): Promise<void>;
}

/** Agent and ingest in one, for specs: from a replica set into a repository, without a bus. */
export class Capture {
  private constructor(
    readonly archive: ReplicaSetRepository,
    private readonly source: ReplicaSetSource,
    readonly chain: string,
    private readonly tail: OplogTail,
    private archivedTo: Position,
    private readonly begun: Awaited<ReturnType<ReplicaSetSource['beginSync']>>,
  ) {}

  /** Begins a sync and its chain. */
  static async begin(uri: string, store: ObjectStore): Promise<Capture> {
    const repository = await Repository.open(store);
    const archive = repository.deployment('spec').replicaSet('rs0');
    const source = await ReplicaSetSource.open(uri, { clock: systemClock });
    const begun = await source.beginSync();
    const opening = await source.openTailAt(begun.beginFetching);
    if (opening.kind !== 'ok') throw new Error(`the tail did not open: ${opening.kind}`);
    const { ts, term } = begun.beginFetching;
    const opens = { ts: previousTimestamp(ts), term };
    return new Capture(archive, source, chainId(ts, 1), opening.tail, opens, begun);
  }

  /** Copies everything. @returns the sync's id, and its stop, up to which the oplog is archived. */
  async sync(hooks: SyncHooks = {}): Promise<{ syncId: string; stop: Position }> {
    const { source, archive, begun, chain } = this;
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
      let waiting: Buffer[] = [];
      const send = async (): Promise<void> => {
        const section = { uuid, db, name, options, idIndex, first, documents: waiting };
        await write({ kind: 'documents', sections: [section] });
        totals.documents += waiting.length;
        totals.bytes += waiting.reduce((sum, { length }) => sum + length, 0);
        [first, waiting] = [false, []];
      };
      for await (const batch of source.documents(collection)) {
        waiting.push(...batch);
        if (waiting.length >= documentsPerPart) await send();
      }
      if (first || waiting.length > 0) await send();
      await hooks.copied?.(collection);
    }
    await hooks.beforeStop?.();
    const { stop } = await source.endSync();
    const catalogue: Buffer[] = [];
    for await (const batch of source.catalogueAt(stop.ts)) catalogue.push(...batch);
    await write({ kind: 'catalogue', documents: catalogue });
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
    while (compareTimestamps(this.archivedTo.ts, ts) < 0) {
      const entries = await this.tail.next();
      for (let at = 0; at < entries.length; at += entriesPerSlice) {
        const some = scanEntries(Buffer.concat(entries.slice(at, at + entriesPerSlice)));
        const to = some.at(-1)?.position ?? this.archivedTo;
        const bytes = some.map((entry) => entry.bytes);
        await this.archive.oplog.writeSlice(this.chain, { from: this.archivedTo, to }, bytes);
        this.archivedTo = to;
      }
    }
    return this.archivedTo;
  }

  async close(): Promise<void> {
    await this.tail.close();
    await this.source.close();
  }
}
