import type { ServiceProcess } from './service-process.js';

const answerMillis = 5_000;
/** A service logs so once the port is its own; unless it was told to log less. */
const listening = '"logId":"service.listening"';
const levelsThatTell = new Set([undefined, '', 'trace', 'debug', 'info']);

/** Asks one process of a service whether it is ready. It is not asked before it listens: somebody else may answer. */
export class Readiness {
  private heard = false;

  constructor(
    private readonly service: ServiceProcess,
    private readonly url: string,
  ) {}

  /** Why it is not ready, for people; null: it is. */
  async refusal(): Promise<string | null> {
    this.heard ||= await this.listens();
    if (!this.heard) return 'it has not begun to listen';
    try {
      // A connection breaks with the process at its other end: nothing else has to break the question off.
      const response = await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(answerMillis) });
      const body = await response.text();
      return response.ok ? null : body.slice(0, 400);
    } catch {
      return 'it does not answer';
    }
  }

  private async listens(): Promise<boolean> {
    const { logLevel, log } = this.service;
    return !levelsThatTell.has(logLevel) || (await log.text()).includes(listening);
  }
}
