/** How long a tail waits before it draws conclusions, in milliseconds. */
export interface TailLimits {
  readonly silenceMillis: number;
  readonly gapSearchMillis: number;
  readonly newestEveryMillis: number;
}

export const tailLimits: TailLimits = {
  /** A primary writes a no-op every 10 s, so that a member which has nothing new for so long is cut off from it. */
  silenceMillis: 30_000,
  /**
   * A member that restarts is back by then, with recovery and all, and may have what the others have lost. Nothing is
   * archived meanwhile, so that it must not be for ever.
   */
  gapSearchMillis: 600_000,
  /** The oplog lag is known as exactly as that, for one `hello` and one read. */
  newestEveryMillis: 5_000,
};
