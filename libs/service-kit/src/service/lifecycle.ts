import type { BeforeApplicationShutdown, OnApplicationShutdown } from '@nestjs/common';

export interface LifecycleSteps {
  /** HTTP answers `/livez` already, the bus has not begun. `signal` is aborted when a stop comes first. */
  start?(signal: AbortSignal): Promise<void> | void;
  /**
   * Flush and commit what was accepted. The bus hands out nothing new; it and the store still work. Left out where
   * `start` has not begun.
   */
  drain?(): Promise<void> | void;
  /** Close the bus, then the store. HTTP and the transport are closed. Runs even when draining failed. */
  close?(): Promise<void> | void;
}

/**
 * What a service does between start and end, in order. Nest has hooks for the same moments, but runs those of all
 * providers at once and swallows their errors; here a step that fails is remembered, and fails the stop.
 */
export class Lifecycle implements BeforeApplicationShutdown, OnApplicationShutdown {
  private readonly stopFailures: unknown[] = [];
  private hasBegun = false;

  constructor(private readonly steps: LifecycleSteps) {}

  get failures(): readonly unknown[] {
    return this.stopFailures;
  }

  async start(signal: AbortSignal): Promise<void> {
    this.hasBegun = true;
    await this.steps.start?.(signal);
  }

  async beforeApplicationShutdown(): Promise<void> {
    if (this.hasBegun) await this.attempt(() => this.steps.drain?.());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.attempt(() => this.steps.close?.());
  }

  private async attempt(step: () => Promise<void> | void): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.stopFailures.push(error);
    }
  }
}
