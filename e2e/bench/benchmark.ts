import type { MongodBinary } from '@headwater/mongod';

/** How a figure is counted: seconds, milliseconds, microseconds, bytes, per second, parts of a hundred, a plain number. */
export type Unit = 's' | 'ms' | 'µs' | 'bytes' | 'bytes/s' | '/s' | '%' | '×' | '';

/** What a figure has to hold, by the design; both ends are still good. */
export type Bar = { readonly atLeast: number } | { readonly atMost: number };

export interface Figure {
  /** For people: what was measured. */
  readonly what: string;
  readonly value: number;
  readonly unit: Unit;
  readonly bar: Bar | null;
}

/** What a benchmark gets to work with. */
export interface Bench {
  readonly binary: MongodBinary;
  /** 1 for the sizes that the bars are meant for; below 1 everything is smaller, and says less. */
  readonly scale: number;
  /** Empty; removed when the benchmark has ended. */
  readonly directory: string;
  /** Path of a mongorestore to measure against; null where none was named. */
  readonly mongorestore: string | null;
  /** One line of progress. */
  say(line: string): void;
}

export interface Benchmark {
  readonly name: string;
  /** What it measures, as one line for `--help` and above its table. */
  readonly title: string;
  /** @throws WrongAnswer when what was measured did not do its work right: a fast wrong answer is a failure. */
  run(bench: Bench): Promise<readonly Figure[]>;
}

export class WrongAnswer extends Error {}

/** @throws WrongAnswer unless there is no difference. */
export function expectNone(differences: readonly string[], what: string): void {
  if (differences.length === 0) return;
  throw new WrongAnswer(`${what}: ${differences.slice(0, 5).join('; ')}`);
}

/** Null for a figure without a bar. */
export function holds({ value, bar }: Figure): boolean | null {
  if (bar === null) return null;
  return 'atLeast' in bar ? value >= bar.atLeast : value <= bar.atMost;
}

export function figure(what: string, value: number, unit: Unit, bar: Bar | null = null): Figure {
  return { what, value, unit, bar };
}

/** `count` by the scale, `least` at least. */
export function scaled({ scale }: Pick<Bench, 'scale'>, count: number, least = 1): number {
  return Math.max(least, Math.round(count * scale));
}

/** How often a pair is measured: three times, and once where the figures say little anyhow. */
export function repetitions({ scale }: Pick<Bench, 'scale'>): number {
  return scale < 0.1 ? 1 : 3;
}
