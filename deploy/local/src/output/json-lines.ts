import type { Presenter, StepEvent } from './step-event.js';

/** One JSON object a line: `{time, step, state, message, …}`. */
export class JsonLines implements Presenter {
  constructor(private readonly write: (text: string) => void) {}

  show({ time, step, state, text, fields }: StepEvent): void {
    this.write(`${JSON.stringify({ time: time.toISOString(), step, state, message: text, ...fields })}\n`);
  }
}
