import { duration } from './quantities.js';
import type { Presenter, StepEvent } from './step-event.js';

const progressEveryMillis = 2000;
/** Where nothing is awaited. */
const quietProgressEveryMillis = 60_000;

/** For people whose output is no terminal: every line stays, so progress comes every two seconds at
 * most, and only where it is one. */
export class PlainLines implements Presenter {
  private lastLineAt = 0;
  private lastText = '';

  constructor(private readonly write: (text: string) => void) {}

  show(event: StepEvent): void {
    const now = event.time.getTime();
    const every = event.step === 'running' ? quietProgressEveryMillis : progressEveryMillis;
    if (event.state === 'progress' && (now - this.lastLineAt < every || event.text === this.lastText)) return;
    this.lastLineAt = now;
    this.lastText = event.text;
    this.write(linesOf(event));
  }
}

/** A heading for each step; below it, indented, what happens. A result and a failure stand by themselves. */
export function linesOf({ step, state, text, fields }: StepEvent): string {
  if (step === 'result' || state === 'failed') return `\n${text}\n`;
  switch (state) {
    case 'started':
      return `\n${text}\n`;
    case 'progress':
      return `  … ${text}\n`;
    case 'note':
      return `${indented(text)}\n`;
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
