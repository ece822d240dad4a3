import { captureKeyPrefix, captureState, decodeJsonEvent } from '@headwater/contracts';
import type { IncomingMessage, MessageBus } from '@headwater/messaging';
import { compareTimestamps, scanEntries, type OplogTimestamp } from '@headwater/oplog';
import { deserialize } from 'bson';
import type { Pair } from '../harness/pair.js';
import { place } from './documents.js';
import { quantile } from './statistics.js';

interface WriteOnBus {
  readonly ts: OplogTimestamp;
  /** When it was sent to mongod, in milliseconds since 1970. */
  readonly at: number;
}

export interface DelayQuantiles {
  readonly p50: number;
  readonly p99: number;
}

/**
 * How long writes take until they are on the bus and in the store. Documents say in `at` when they were sent; the bus
 * has them when a reader is handed their batch, the store when ingest says that it is archived up to them.
 */
export class Delays {
  static async watch({ openBus, topics }: Pick<Pair, 'openBus' | 'topics'>): Promise<Delays> {
    const bus = await openBus();
    const delays = new Delays(bus);
    const { oplogBatches, state } = topics;
    await bus.watch({
      topic: state,
      keyPrefix: captureKeyPrefix,
      onValue: (message) => {
        delays.archived(message);
      },
    });
    await bus.watch({
      topic: oplogBatches,
      keyPrefix: '',
      onValue: (message) => {
        delays.published(message);
      },
    });
    return delays;
  }

  private toBus: number[] = [];
  private toStore: number[] = [];
  private waiting: WriteOnBus[] = [];
  private since = Infinity;
  private end: OplogTimestamp = { t: 0, i: 0 };

  private constructor(private readonly bus: MessageBus) {}

  /** Forgets what was measured; writes sent before now do not count. */
  begin(): void {
    this.since = Date.now();
    [this.toBus, this.toStore, this.waiting] = [[], [], []];
  }

  /** Writes measured on the bus, and in the store. */
  get counts(): { readonly bus: number; readonly store: number } {
    return { bus: this.toBus.length, store: this.toStore.length };
  }

  /** In milliseconds. */
  get onBus(): DelayQuantiles {
    return quantilesOf(this.toBus);
  }

  /** In milliseconds. */
  get inStore(): DelayQuantiles {
    return quantilesOf(this.toStore);
  }

  close(): Promise<void> {
    return this.bus.close();
  }

  private published({ value }: IncomingMessage): void {
    const now = Date.now();
    if (value === null) return;
    for (const { bytes, position } of scanEntries(value)) {
      const at = sentAt(bytes);
      if (at === null || at < this.since) continue;
      this.toBus.push(now - at);
      this.waiting.push({ ts: position.ts, at });
    }
    // The store may have been quicker than this reader.
    this.settle(now);
  }

  private archived(message: IncomingMessage): void {
    const now = Date.now();
    const decoded = decodeJsonEvent(captureState, message);
    if (!decoded.ok || decoded.value.tail === null) return;
    this.end = decoded.value.tail.archivedTo.ts;
    this.settle(now);
  }

  private settle(now: number): void {
    const { end } = this;
    const still = this.waiting.findIndex(({ ts }) => compareTimestamps(ts, end) > 0);
    const done = this.waiting.splice(0, still < 0 ? this.waiting.length : still);
    for (const { at } of done) this.toStore.push(now - at);
  }
}

function quantilesOf(values: readonly number[]): DelayQuantiles {
  return { p50: quantile(values, 0.5), p99: quantile(values, 0.99) };
}

/** Null for what is no write of ours. */
function sentAt(entry: Buffer): number | null {
  const { op, ns, o } = deserialize(entry) as { op?: unknown; ns?: unknown; o?: { at?: unknown } };
  return op === 'i' && ns === `${place.db}.${place.collection}` && typeof o?.at === 'number' ? o.at : null;
}
