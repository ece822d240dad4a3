/** What a run consists of, in its order. */
export type StepName =
  | 'data-directory'
  | 'mongod'
  | 'sample'
  | 'source'
  | 'bus'
  | 'store'
  | 'services'
  | 'initial-sync'
  | 'snapshot'
  | 'archive'
  | 'restore'
  | 'verification'
  | 'running'
  | 'stop'
  | 'result';

/**
 * `news`: something happened by itself. `warning`: so that somebody should know, and perhaps act. The run goes on
 * after both.
 */
export type StepState = 'started' | 'progress' | 'note' | 'news' | 'warning' | 'done' | 'failed';

/** For programs: whatever JSON can hold. */
export type Fields = Readonly<Record<string, unknown>>;

/** One thing that happened, for people and for programs. */
export interface StepEvent {
  readonly time: Date;
  readonly step: StepName;
  readonly state: StepState;
  /** One line, or several for a result. */
  readonly text: string;
  readonly fields: Fields;
  /** Where the whole stands, drawn in place of the text where there is room for it. */
  readonly status?: StatusBoard;
}

export type Tone = 'good' | 'warning' | 'bad';

/** What a person reads from across the room. */
export interface StatusBoard {
  /** One or two words that say it all, in capitals. */
  readonly headline: string;
  readonly tone: Tone;
  /** Beside the headline. */
  readonly subject: string;
  /** What is known, by name; a few lines of at most 80 columns. */
  readonly rows: readonly (readonly [name: string, text: string])[];
}

/** Shows events to somebody. */
export interface Presenter {
  show(event: StepEvent): void;
}
