import { linesOf } from './plain-lines.js';
import type { Presenter, StatusBoard, StepEvent, Tone } from './step-event.js';

/** Of a terminal: what is used of it. */
export interface Screen {
  write(text: string): unknown;
  /** Changes with the window; 0 or undefined where it is unknown. */
  readonly columns?: number;
}

const escape = '\u001b[';
const toEndOfScreen = `${escape}J`;
const paints: Readonly<Record<Tone, string>> = { good: '1;30;42', warning: '1;30;43', bad: '1;97;41' };
const nameColumns = 11;

/** For people at a terminal: the newest progress is a line, or a board of a few, that is drawn again and again. */
export class Terminal implements Presenter {
  /** The lines that are drawn now and will be drawn over; as they are seen, without colours. */
  private drawn: readonly string[] = [];

  /** @param colourful the headline of a status has a ground in green, yellow or red */
  constructor(
    private readonly screen: Screen,
    private readonly colourful: boolean,
  ) {}

  show(event: StepEvent): void {
    const clear = this.clearing();
    if (event.state !== 'progress') {
      this.drawn = [];
      this.screen.write(clear + linesOf(event));
      return;
    }
    const { status } = event;
    const lines = status === undefined ? [linesOf(event).trimEnd()] : boardLines(status);
    this.drawn = lines.map((line) => this.fitting(line));
    const [first = '', ...rest] = this.drawn;
    const head = status === undefined ? first : this.painted(first, status);
    this.screen.write(clear + [head, ...rest].join('\n'));
  }

  /** Up to the first drawn line: one that no longer fits a narrower window takes several rows. */
  private clearing(): string {
    if (this.drawn.length === 0) return '';
    const rows = this.drawn.reduce(
      (sum, line) => sum + Math.max(1, Math.ceil(line.length / this.columns)),
      0,
    );
    return `\r${rows > 1 ? `${escape}${rows - 1}A` : ''}${toEndOfScreen}`;
  }

  /** A line that wraps could not be cleared. */
  private fitting(line: string): string {
    const width = this.columns - 1;
    return line.length <= width ? line : `${line.slice(0, width - 1)}…`;
  }

  private painted(line: string, { headline, tone }: StatusBoard): string {
    const word = ` ${headline} `;
    if (!this.colourful || !line.startsWith(word)) return line;
    return `${escape}${paints[tone]}m${word}${escape}0m${line.slice(word.length)}`;
  }

  private get columns(): number {
    return this.screen.columns || 80;
  }
}

function boardLines({ headline, subject, rows }: StatusBoard): string[] {
  return [` ${headline}  ${subject}`, ...rows.map(([name, text]) => ` ${name.padEnd(nameColumns)} ${text}`)];
}
