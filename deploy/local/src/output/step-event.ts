/** What a run consists of, in its order. */
export type StepName =
  | 'data-directory'
  | 'mongod'
  | 'sample'
  | 'source'
  | 'services'
  | 'initial-sync'
  | 'snapshot'
  | 'archive'
  | 'restore'
  | 'verification'
  | 'running'
  | 'stop'
  | 'result';

export type StepState = 'started' | 'progress' | 'note' | 'done' | 'failed';

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
}

/** Shows events to somebody. */
export interface Presenter {
  show(event: StepEvent): void;
}
