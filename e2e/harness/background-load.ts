import type { MongoClient } from 'mongodb';
import { Workload, type WorkloadOptions } from '@headwater/testing';

/** A workload that runs beside a test and is halted and resumed. */
export class BackgroundLoad {
  private readonly workload: Workload;
  private abort = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly client: MongoClient,
    options: WorkloadOptions,
  ) {
    this.workload = new Workload(options);
  }

  get outcomes(): Workload['outcomes'] {
    return this.workload.outcomes;
  }

  /** Makes the base, and begins. */
  async start(): Promise<void> {
    await this.workload.prepare(this.client);
    this.resume();
  }

  resume(): void {
    this.abort = new AbortController();
    this.running = this.workload.run(this.client, this.abort.signal);
    // Thrown by `halt`.
    this.running.catch(() => undefined);
  }

  /** Resolves when nothing is under way. May be called twice. @throws what a step threw. */
  async halt(): Promise<void> {
    this.abort.abort();
    await this.running;
  }
}
