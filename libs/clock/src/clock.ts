/** The only reader of wall time: whoever needs the time is handed a clock. */
export interface Clock {
  /** Wall time. It may jump. */
  now(): Date;
  /** Wall time in milliseconds since 1970. */
  nowMillis(): number;
  /** Monotonic milliseconds since an arbitrary start, for measuring how long something took. */
  ticksMillis(): number;
  /** Resolves after `millis` milliseconds; rejects with the signal's reason as soon as it is aborted. */
  sleep(millis: number, signal?: AbortSignal): Promise<void>;
}
