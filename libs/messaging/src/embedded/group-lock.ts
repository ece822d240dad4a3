/** One consumer's claim on its group. At most one holds a group, among all processes that share the bus. */
export interface GroupLock {
  /** True when it is held from now on, until `close`. */
  tryAcquire(): boolean;
  /** Resolves when another try is worth it, or when the signal is aborted. */
  released(signal: AbortSignal): Promise<void>;
  /** Lets go. */
  close(): void;
}
