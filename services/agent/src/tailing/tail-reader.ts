import type { Clock } from '@headwater/clock';
import type { OplogTail, ReplicaSetSource } from '@headwater/mongodb';
import { readPosition } from '@headwater/oplog';
import type { Position } from '@headwater/oplog';
import type { EntryQueue } from '../batching/entry-queue.js';
import type { Gap } from './gap-search.js';
import type { TailLimits } from './tail-limits.js';
import type { TailStart } from './tail-start.js';

export interface TailReaderOptions {
  readonly clock: Clock;
  readonly limits: Pick<TailLimits, 'silenceMillis'>;
}

export interface TailWork {
  readonly queue: EntryQueue;
  readonly signal: AbortSignal;
  /** Told when the member continues the chain, or will: it is behind. */
  readonly reached: (how: 'ok' | 'behind') => Promise<void>;
  /** Told after everything up to that entry was put in the queue. */
  readonly progressed: (position: Position) => void;
}

/** The member's history took another way: our entry was rolled back. */
export interface Fork {
  readonly kind: 'fork';
  readonly found: Position;
}

/** Why reading from a member has ended. */
export type TailEnd =
  | Gap
  | Fork
  /** Nothing has come for so long that the member may be cut off from the others. */
  | { readonly kind: 'silent' };

const behindMillis = 500;

/** Reads one member's tail into the queue, from exactly where it must start. */
export class TailReader {
  constructor(private readonly options: TailReaderOptions) {}

  /**
   * Reads until aborted or until the member fails, and then throws. Resolves when the member cannot continue the chain,
   * or is silent.
   */
  async run(mongo: ReplicaSetSource, start: TailStart, work: TailWork): Promise<TailEnd> {
    const { clock, limits } = this.options;
    const begun = clock.ticksMillis();
    for (;;) {
      const opened =
        start.opening === null ? await mongo.openTail(start.from) : await mongo.openTailAt(start.opening);
      work.signal.throwIfAborted();
      switch (opened.kind) {
        case 'ok':
          await work.reached('ok');
          return this.read(opened.tail, work);
        case 'gap':
        case 'fork':
          return opened;
        case 'behind':
          await work.reached('behind');
          if (clock.ticksMillis() - begun > limits.silenceMillis) {
            return { kind: 'silent' };
          }
          await clock.sleep(behindMillis, work.signal);
      }
    }
  }

  private async read(cursor: OplogTail, { queue, signal, progressed }: TailWork): Promise<TailEnd> {
    const { clock, limits } = this.options;
    const close = () => void cursor.close().catch(() => undefined);
    signal.addEventListener('abort', close, { once: true });
    try {
      for (let heardAt = clock.ticksMillis(); ;) {
        signal.throwIfAborted();
        const documents = await cursor.next();
        const entries = documents.map((bytes) => ({ bytes, position: readPosition(bytes) }));
        const last = entries.at(-1);
        if (last !== undefined) {
          await queue.put(entries, signal);
          progressed(last.position);
          heardAt = clock.ticksMillis();
        } else if (clock.ticksMillis() - heardAt > limits.silenceMillis) {
          return { kind: 'silent' };
        }
      }
    } finally {
      signal.removeEventListener('abort', close);
      await cursor.close().catch(() => undefined);
    }
  }
}
