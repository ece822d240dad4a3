import { Pace } from './pace.js';
import type { Presenter, StepEvent } from './step-event.js';

/** One JSON object a line: `{time, step, state, message, …}`. */
export class JsonLines implements Presenter {
  private readonly pace = new Pace(true);

  constructor(private readonly write: (text: string) => void) {}

  show(event: StepEvent): void {
    if (!this.pace.isDue(event)) return;
    const { time, step, state, text, fields, status } = event;
    const headline = status === undefined ? {} : { status: status.headline };
    this.write(
      `${JSON.stringify({ time: time.toISOString(), step, state, message: text, ...headline, ...fields })}\n`,
    );
  }
}
