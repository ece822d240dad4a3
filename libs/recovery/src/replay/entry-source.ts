import {
  changesFcv,
  formatPosition,
  type OplogTimestamp,
  type Position,
  type RawEntry,
} from '@headwater/oplog';
import type { ReplicaSetRepository } from '@headwater/repository';
import { recoveryErrors } from '../recovery-errors.js';

export interface EntryRange {
  readonly archive: ReplicaSetRepository;
  readonly chain: string;
  readonly from: Position;
  /** Inclusive; there need not be an entry at it. */
  readonly to: OplogTimestamp;
}

/** The archived entries of (from, to], as they are read. */
export class EntrySource {
  /** The last entry handed out; null before the first. */
  last: Position | null = null;
  /** Read, and not handed out yet. Null at the end. */
  private waiting: readonly RawEntry[] | null = [];

  private constructor(
    private readonly source: AsyncIterator<readonly RawEntry[]>,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /**
   * Reads the first batch, so that what is wrong with the range is known before a directory is touched.
   *
   * @throws repositoryErrors.missingRange, forkedSlices, damagedObject
   */
  static async open({ archive, chain, from, to }: EntryRange, signal?: AbortSignal): Promise<EntrySource> {
    const source = new EntrySource(archive.oplog.entries(chain, from, to)[Symbol.asyncIterator](), signal);
    await source.read();
    return source;
  }

  /** Nothing is left. */
  get ended(): boolean {
    return this.waiting === null;
  }

  /** The next entry, when it is one that `batches` stops at. */
  async takeStopper(stopsAt: (entry: Buffer) => boolean): Promise<Buffer | null> {
    const [next, ...rest] = this.waiting ?? [];
    if (next === undefined || !stopsAt(next.bytes)) return null;
    this.handOut([next], rest);
    if (rest.length === 0) await this.read();
    return next.bytes;
  }

  /**
   * Entries up to the first one that stops it, which is left; else up to the end.
   *
   * @throws recoveryErrors.fcvUnsupported, and the signal's reason.
   */
  async *batches(stopsAt: (entry: Buffer) => boolean = () => false): AsyncGenerator<Buffer[]> {
    for (let batch = this.waiting; batch !== null; batch = this.waiting) {
      this.signal?.throwIfAborted();
      const stop = batch.findIndex(({ bytes }) => stopsAt(bytes));
      if (stop === 0) return;
      const some = stop < 0 ? batch : batch.slice(0, stop);
      this.handOut(some, batch.slice(some.length));
      if (stop < 0) await this.read();
      yield some.map(({ bytes }) => bytes);
    }
  }

  private handOut(entries: readonly RawEntry[], rest: readonly RawEntry[]): void {
    entries.forEach(refuseFcvChange);
    this.last = entries.at(-1)?.position ?? this.last;
    this.waiting = rest;
  }

  private async read(): Promise<void> {
    const result = await this.source.next();
    this.waiting = result.done === true ? null : result.value;
  }
}

/** Behind it the files would be those of another version of the server. */
function refuseFcvChange({ bytes, position }: RawEntry): void {
  if (!changesFcv(bytes)) return;
  throw recoveryErrors.fcvUnsupported(
    `The entry at ${formatPosition(position)} changes the feature compatibility version.`,
    { details: { position } },
  );
}
