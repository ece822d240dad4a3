/** Which bucket, and by what way. */
export interface S3Settings {
  /** `http` or `https`, host and port, nothing behind them. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Everything lies below it: segments of a key joined by '/', without one at its end; '' for the whole bucket. */
  readonly prefix: string;
  /** PEM. Trusted in place of the public authorities; null for these. */
  readonly authority: string | null;
  /** The bucket in the path of an URL, not in its host name. */
  readonly pathStyle: boolean;
  readonly deadlines?: Partial<S3Deadlines>;
}

export interface S3Deadlines {
  /** A connection on which nothing moves for so many milliseconds is given up; 30,000 by default. */
  readonly idleMillis: number;
  /** One operation of the port with all its requests; 110,000 by default: below a try of the retrying store. */
  readonly operationMillis: number;
  /** What is cleared away behind an upload that failed; 10,000 by default. */
  readonly clearingMillis: number;
  /** An upload in parts that was begun longer ago is nobody's any more; a day by default. */
  readonly abandonedMillis: number;
}

export const defaultDeadlines: S3Deadlines = {
  idleMillis: 30_000,
  operationMillis: 110_000,
  clearingMillis: 10_000,
  abandonedMillis: 86_400_000,
};
