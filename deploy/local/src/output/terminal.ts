import { linesOf } from './plain-lines.js';
import type { Presenter, StepEvent } from './step-event.js';

/** Of a terminal: what is used of it. */
export interface Screen {
  write(text: string): unknown;
  /** Changes with the window; 0 or undefined where it is unknown. */
  readonly columns?: number;
}

const clearLine = '\r\u001b[2K';

/** For people at a terminal: the newest progress is one line that is drawn again and again. */
export class Terminal implements Presenter {
  private drawn = false;

  constructor(private readonly screen: Screen) {}

  show(event: StepEvent): void {
    const clear = this.drawn ? clearLine : '';
    this.drawn = event.state === 'progress';
    this.screen.write(clear + (this.drawn ? this.fitting(linesOf(event)) : linesOf(event)));
  }

  /** A line that wraps could not be cleared. */
  private fitting(line: string): string {
    const width = (this.screen.columns || 80) - 1;
    const text = line.trimEnd();
    return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
  }
}
