import type { RestoreBaseKind } from '@headwater/contracts';

/** Measured on two cores with 6.0.5: data files written and proven, documents inserted; entries appended and recovered. */
const bytesPerSecond: Readonly<Record<RestoreBaseKind, number>> = {
  block: 150_000_000,
  'initial-sync': 50_000_000,
};
const entriesPerSecond = 25_000;
/** Three starts and clean stops of a mongod, and the durable move. */
const overheadSeconds = 5;

export interface RestoreSizes {
  /** Of the base. */
  readonly kind: RestoreBaseKind;
  /** Of data files or documents that are read. */
  readonly bytes: number;
  readonly entries: number;
}

/** Seconds that a restore takes, from its sizes: an order of magnitude. */
export function estimateSeconds({ kind, bytes, entries }: RestoreSizes): number {
  return Math.round(bytes / bytesPerSecond[kind] + entries / entriesPerSecond + overheadSeconds);
}
