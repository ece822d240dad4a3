/** Measured on two cores with 6.0.5: data files written and proven, and entries appended and recovered. */
const bytesPerSecond = 150_000_000;
const entriesPerSecond = 25_000;
/** Three starts and clean stops of a mongod, and the durable move. */
const overheadSeconds = 5;

/** Seconds that a restore takes, from its sizes: an order of magnitude. */
export function estimateSeconds({
  bytes,
  entries,
}: {
  readonly bytes: number;
  readonly entries: number;
}): number {
  return Math.round(bytes / bytesPerSecond + entries / entriesPerSecond + overheadSeconds);
}
