import type { Clock } from '@headwater/clock';
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

/** Closes slices by age and by memory. A store that refuses one is tried again; nothing is dropped meanwhile. */
export class SliceCloser {
  private readonly stopping = new AbortController();
  private running: Promise<void> | null = null;
  private readonly failing = new Set<string>();

  constructor(private readonly options: SliceCloserOptions) {}

  /** For `/readyz`. */
  get health(): ReadinessResult {
    const [first] = this.failing;
    return first === undefined ? 'ok' : { reason: `slices of ${first} cannot be archived` };
  }

  start(): void {
    this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Closes everything that is open, as far as the store allows. */
  async flush(): Promise<void> {
    for (const capture of this.options.registry.all()) {
      await this.close(capture);
    }
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
        await this.close(capture);
      }
      await this.options.registry.tick().catch((error: unknown) => {
        this.options.logger.error(
          { logId: 'captures.retry', err: error },
          'what waits could not be tried again',
        );
      });
      await this.options.clock.sleep(pauseMillis, this.stopping.signal).catch(() => undefined);
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

  private async close(capture: ReplicaSetCapture): Promise<void> {
    const key = `${capture.archive.deployment}/${capture.archive.name}`;
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
