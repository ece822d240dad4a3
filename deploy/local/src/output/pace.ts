import type { StepEvent } from './step-event.js';

/** Where something is awaited. */
const progressEveryMillis = 2000;
/** Where nothing is. */
const quietProgressEveryMillis = 60_000;

/**
 * Which progress is worth a line that stays: every two seconds where something is awaited, else once a minute; at
 * once when the headline of the status changes; none twice.
 */
export class Pace {
  private lastAt = Number.NEGATIVE_INFINITY;
  private lastText = '';
  private lastHeadline: string | null = null;

  /** @param eager the first progress of a step is worth a line, however soon it comes */
  constructor(private readonly eager: boolean) {}

  isDue({ time, step, state, text, status }: StepEvent): boolean {
    const now = time.getTime();
    if (state === 'progress') {
      const every = step === 'running' ? quietProgressEveryMillis : progressEveryMillis;
      const turned = status !== undefined && wordOf(status.headline) !== this.lastHeadline;
      if (!turned && (now - this.lastAt < every || text === this.lastText)) return false;
    }
    if (status !== undefined) this.lastHeadline = wordOf(status.headline);
    if (state === 'progress') this.lastAt = now;
    else if (state === 'started') this.lastAt = this.eager ? Number.NEGATIVE_INFINITY : now;
    this.lastText = text;
    return true;
  }
}

/** A percentage grows all the time. */
function wordOf(headline: string): string {
  return headline.replace(/ \d+ %$/, '');
}
