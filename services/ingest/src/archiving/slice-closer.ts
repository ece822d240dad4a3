import type { Clock } from '@headwater/clock';
import { replicaSetKey } from '@headwater/contracts';
import type { CaptureRegistry } from '../capture/capture-registry.js';
import type { ReplicaSetCapture } from '../capture/replica-set-capture.js';
import type { Logger, ReadinessResult } from '@headwater/service-kit';

export interface SliceCloserOptions {
  readonly registry: CaptureRegistry;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A slice is closed at this age. */
  readonly maxAgeMillis: number;
  /** All open slices together may hold this many bytes; above it the largest is closed and no message is accepted. */
  readonly bufferBytes: number;
}

const pauseMillis = 100;

/**
 * Closes slices by age and by memory. A store that refuses one is tried again; nothing is dropped meanwhile. Replica
 * sets do not wait for each other; of each, one slice is closed at a time.
 */
export class SliceCloser {
  private readonly stopping = new AbortController();
  private running: Promise<void> | null = null;
  /** What is being closed, by replica set. */
  private readonly closing = new Map<string, Promise<void>>();
  private ticking: Promise<void> | null = null;
  private readonly failing = new Set<string>();

  constructor(private readonly options: SliceCloserOptions) {}

  /** For `/readyz`. */
  get health(): ReadinessResult {
    // One that another ingest has by now is not awaited here any more.
    const here = this.options.registry.all().map(keyOf);
    const first = here.find((key) => this.failing.has(key));
    return first === undefined ? 'ok' : { reason: `slices of ${first} cannot be archived` };
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
    await Promise.all([...this.closing.values(), this.ticking]);
  }

  /** Closes everything that is open, as far as the store allows. After `stop`. */
  async flush(): Promise<void> {
    await Promise.all(this.options.registry.all().map((capture) => this.close(capture)));
  }

  /** Resolves when a message may be accepted. */
  async waitForRoom(signal: AbortSignal): Promise<void> {
    while (this.openBytes() >= this.options.bufferBytes) {
      signal.throwIfAborted();
      await this.options.clock.sleep(pauseMillis, signal);
    }
  }

  private async run(): Promise<void> {
    while (!this.stopping.signal.aborted) {
      for (const capture of this.due()) {
        this.begin(capture);
      }
      this.ticking ??= this.tick();
      await this.options.clock.sleep(pauseMillis, this.stopping.signal).catch(() => undefined);
    }
  }

  private async tick(): Promise<void> {
    try {
      await this.options.registry.tick();
    } catch (error) {
      const message = 'what waits could not be tried again';
      this.options.logger.error({ logId: 'captures.retry', err: error }, message);
    } finally {
      this.ticking = null;
    }
  }

  private due(): readonly ReplicaSetCapture[] {
    const { registry, maxAgeMillis, bufferBytes } = this.options;
    const pending = registry.all().filter((capture) => capture.pending);
    const old = pending.filter((capture) => capture.openBytes === 0 || capture.openAge >= maxAgeMillis);
    if (this.openBytes() < bufferBytes) {
      return old;
    }
    const largest = [...pending].sort((a, b) => b.openBytes - a.openBytes).slice(0, 1);
    return [...new Set([...old, ...largest])];
  }

  private begin(capture: ReplicaSetCapture): void {
    const key = keyOf(capture);
    if (this.closing.has(key)) {
      return;
    }
    const closing = this.close(capture).finally(() => this.closing.delete(key));
    this.closing.set(key, closing);
  }

  private async close(capture: ReplicaSetCapture): Promise<void> {
    const key = keyOf(capture);
    try {
      await capture.inTurn(() => capture.closeSlice());
      this.failing.delete(key);
    } catch (error) {
      if (!this.failing.has(key)) {
        const message = 'a slice could not be archived: trying again';
        this.options.logger.error({ logId: 'slice.refused', ...capture.about, err: error }, message);
      }
      this.failing.add(key);
    }
  }

  private openBytes(): number {
    return this.options.registry.all().reduce((sum, capture) => sum + capture.openBytes, 0);
  }
}

function keyOf({ archive }: ReplicaSetCapture): string {
  return replicaSetKey(archive.deployment, archive.name);
}
