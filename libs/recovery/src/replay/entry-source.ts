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

/** The archived entries of (from, to], as they are read; remembers the last one. */
export class EntrySource {
  /** Of the last entry handed out; null before the first. */
  last: Position | null = null;

  private constructor(
    private readonly first: IteratorResult<readonly RawEntry[], unknown>,
    private readonly rest: AsyncIterator<readonly RawEntry[]>,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /**
   * Reads the first batch, so that what is wrong with the range is known before a directory is touched.
   *
   * @throws repositoryErrors.missingRange, forkedSlices, damagedObject
   */
  static async open({ archive, chain, from, to }: EntryRange, signal?: AbortSignal): Promise<EntrySource> {
    const rest = archive.oplog.entries(chain, from, to)[Symbol.asyncIterator]();
    return new EntrySource(await rest.next(), rest, signal);
  }

  /** Nothing lies in the range. */
  get empty(): boolean {
    return this.first.done === true;
  }

  /** @throws recoveryErrors.fcvUnsupported, and the signal's reason. */
  async *batches(): AsyncGenerator<Buffer[]> {
    for (let result = this.first; result.done !== true; result = await this.rest.next()) {
      this.signal?.throwIfAborted();
      result.value.forEach(refuseFcvChange);
      this.last = result.value.at(-1)?.position ?? this.last;
      yield result.value.map(({ bytes }) => bytes);
    }
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
