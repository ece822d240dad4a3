import { oplogErrors } from './oplog-errors.js';

/** The BSON timestamp of an oplog entry. Never a Date: two entries of one second differ in `i` only. */
export interface OplogTimestamp {
  /** Seconds since 1970, a uint32. */
  readonly t: number;
  /** Ordinal within the second, a uint32; the server counts from 1. */
  readonly i: number;
}

const uint32Max = 0xffff_ffff;
const keyForm = /^(\d{10})\.(\d{10})$/;
const peopleForm = /^(\d{1,10}):(\d{1,10})$/;

export function compareTimestamps(a: OplogTimestamp, b: OplogTimestamp): -1 | 0 | 1 {
  if (a.t !== b.t) {
    return a.t < b.t ? -1 : 1;
  }
  if (a.i !== b.i) {
    return a.i < b.i ? -1 : 1;
  }
  return 0;
}

export function timestampsEqual(a: OplogTimestamp, b: OplogTimestamp): boolean {
  return a.t === b.t && a.i === b.i;
}

export function maxTimestamp(a: OplogTimestamp, b: OplogTimestamp): OplogTimestamp {
  return compareTimestamps(a, b) < 0 ? b : a;
}

export function minTimestamp(a: OplogTimestamp, b: OplogTimestamp): OplogTimestamp {
  return compareTimestamps(a, b) > 0 ? b : a;
}

/**
 * The largest timestamp below `ts`.
 *
 * @throws oplogErrors.invalidTimestamp for {0, 0}, which has none, and for what is no timestamp.
 */
export function previousTimestamp(ts: OplogTimestamp): OplogTimestamp {
  assertTimestamp(ts);
  if (ts.i > 0) {
    return { t: ts.t, i: ts.i - 1 };
  }
  if (ts.t === 0) {
    throw oplogErrors.invalidTimestamp('nothing lies before timestamp 0:0');
  }
  return endOfSecond(ts.t - 1);
}

/** The largest timestamp of second `t`: a target that includes every write of that second. */
export function endOfSecond(t: number): OplogTimestamp {
  return { t, i: uint32Max };
}

/**
 * Fixed width, `tttttttttt.iiiiiiiiii`, decimal: the order of keys as strings is the order of the timestamps.
 *
 * @throws oplogErrors.invalidTimestamp when `t` or `i` is not a uint32: its key would sort wrongly.
 */
export function timestampKey(ts: OplogTimestamp): string {
  assertTimestamp(ts);
  return `${String(ts.t).padStart(10, '0')}.${String(ts.i).padStart(10, '0')}`;
}

/** The inverse of `timestampKey`; null for everything that it never returns. */
export function parseTimestampKey(key: string): OplogTimestamp | null {
  return timestampIn(key, keyForm);
}

/** For people: `1764000000:3`. */
export function formatTimestamp(ts: OplogTimestamp): string {
  return `${String(ts.t)}:${String(ts.i)}`;
}

/** Reads what `formatTimestamp` writes; null for anything else. */
export function parseTimestamp(text: string): OplogTimestamp | null {
  return timestampIn(text, peopleForm);
}

function timestampIn(text: string, form: RegExp): OplogTimestamp | null {
  const match = form.exec(text);
  if (match === null) {
    return null;
  }
  const ts = { t: Number(match[1]), i: Number(match[2]) };
  return isUint32(ts.t) && isUint32(ts.i) ? ts : null;
}

function assertTimestamp(ts: OplogTimestamp): void {
  if (!isUint32(ts.t) || !isUint32(ts.i)) {
    throw oplogErrors.invalidTimestamp(`not a timestamp: ${formatTimestamp(ts)}`);
  }
}

function isUint32(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= uint32Max;
}
