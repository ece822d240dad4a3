import type { Clock } from '@headwater/clock';
import type { Fields, Presenter, StatusBoard, StepEvent, StepName } from './step-event.js';

export interface Timing {
  readonly step: StepName;
  readonly seconds: number;
}

/** One step while it goes on. */
export interface Step {
  /** Replaces the progress shown before. */
  progress(text: string, fields?: Fields, status?: StatusBoard): void;
  /** Stays. */
  note(text: string, fields?: Fields): void;
  done(text: string, fields?: Fields): void;
}

/** Tells what the run is doing, and remembers how long each step took. One step at a time. */
export class Report {
  private readonly timings: Timing[] = [];
  private current: { readonly step: StepName; readonly startedAt: number } | null = null;
  private latest: StepName = 'data-directory';
  private readonly startedAt: number;

  constructor(
    private readonly presenter: Presenter,
    private readonly clock: Clock,
  ) {
    this.startedAt = clock.ticksMillis();
  }

  get steps(): readonly Timing[] {
    return this.timings;
  }

  get totalSeconds(): number {
    return secondsBetween(this.startedAt, this.clock.ticksMillis());
  }

  /** @param title a heading that says what happens and, where the word is new, what it means */
  begin(step: StepName, title: string): Step {
    this.current = { step, startedAt: this.clock.ticksMillis() };
    this.latest = step;
    this.show({ step, state: 'started', text: title, fields: {} });
    return {
      progress: (text, fields = {}, status) => {
        this.show({ step, state: 'progress', text, fields, ...(status === undefined ? {} : { status }) });
      },
      note: (text, fields = {}) => {
        this.show({ step, state: 'note', text, fields });
      },
      done: (text, fields = {}) => {
        const seconds = this.end();
        this.show({ step, state: 'done', text, fields: { ...fields, seconds } });
      },
    };
  }

  /** Something happened, whatever step is going on. */
  say(text: string, fields: Fields): void {
    this.show({ step: this.latest, state: 'news', text, fields });
  }

  /** Something happened that somebody should know of, whatever step is going on. */
  warn(text: string, fields: Fields): void {
    this.show({ step: this.latest, state: 'warning', text, fields });
  }

  /** The run failed, in the step that is going on. */
  failed(text: string, fields: Fields): void {
    const step = this.current?.step ?? 'result';
    this.show({ step, state: 'failed', text, fields: { ...fields, seconds: this.end() } });
  }

  result(state: 'done' | 'failed', text: string, fields: Fields): void {
    this.show({
      step: 'result',
      state,
      text,
      fields: { ...fields, seconds: this.totalSeconds, steps: this.timings },
    });
  }

  private end(): number {
    if (this.current === null) return 0;
    const { step, startedAt } = this.current;
    const seconds = secondsBetween(startedAt, this.clock.ticksMillis());
    this.timings.push({ step, seconds });
    this.current = null;
    return seconds;
  }

  private show(event: Omit<StepEvent, 'time'>): void {
    this.presenter.show({ time: this.clock.now(), ...event });
  }
}

/** In tenths. */
function secondsBetween(fromMillis: number, toMillis: number): number {
  return Math.round((toMillis - fromMillis) / 100) / 10;
}
