/** A message on its way to a topic. What it may be: see `checkMessages`. */
export interface OutgoingMessage {
  /** Messages of one key stay in order for ever, whatever the number of partitions. */
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes as they are; null is a tombstone: the key has no value any more. Not to be changed before `produce` resolves. */
  readonly value: Buffer | null;
}

/** A message as a topic holds it. */
export interface IncomingMessage {
  readonly topic: string;
  /** From 0. The embedded bus has one partition a topic. */
  readonly partition: number;
  /** Place within the partition: strictly ascending, with holes perhaps, never used twice. */
  readonly offset: number;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly value: Buffer | null;
  /** When it was produced, by the producer's clock, in milliseconds. Offsets tell the order, this does not. */
  readonly at: Date;
}
