/** What a store was found to be when it was opened. */
export interface StoreTraits {
  readonly kind: 'directory' | 's3';
  /**
   * How create-only was shown: `by-links` of a file system, `tried` by a race of writers that exactly one won, or
   * `not-tried` by who only reads. A store that fails the trial is not opened.
   */
  readonly createOnly: 'by-links' | 'tried' | 'not-tried';
  /** Whether objects are sent in parts: only where the store keeps create-only at the end of such an upload as well. */
  readonly multipart: boolean;
  /** Whether the store itself keeps what is removed; `unknown` where it does not tell this user. */
  readonly versioning: 'off' | 'on' | 'suspended' | 'unknown';
  /** Whether the store can refuse to remove objects for a time. */
  readonly objectLock: 'off' | 'on' | 'unknown';
}
