import { Pace } from './pace.js';
import { duration } from './quantities.js';
import type { Presenter, StepEvent } from './step-event.js';

/** For people whose output is no terminal: every line stays, so progress comes seldom. */
export class PlainLines implements Presenter {
  private readonly pace = new Pace(false);

  constructor(private readonly write: (text: string) => void) {}

  show(event: StepEvent): void {
    if (this.pace.isDue(event)) this.write(linesOf(event));
  }
}

/** A heading for each step; below it, indented, what happens. A result and a failure stand by themselves. */
export function linesOf({ time, step, state, text, fields }: StepEvent): string {
  if (step === 'result' || state === 'failed') return `\n${text}\n`;
  const clock = time.toISOString().slice(11, 19);
  switch (state) {
    case 'started':
      return `\n${text}\n`;
    case 'progress':
      return step === 'running' ? `  ${clock} ${text}\n` : `  … ${text}\n`;
    case 'note':
      return `${indented(text)}\n`;
    case 'news':
      return `${indented(`${clock} ${text}`)}\n`;
    case 'warning':
      return `${indented(`${clock} !!! ${text}`)}\n`;
    case 'done':
      return `${indented(text)} (${duration(Number(fields['seconds'] ?? 0))})\n`;
  }
}

function indented(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
