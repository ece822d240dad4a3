import { median } from '../bench/statistics.js';

export type SeriesUnit = 'bytes' | 's' | '%' | '';

/** One figure over time. */
export interface Series {
  readonly name: string;
  readonly unit: SeriesUnit;
  /** In order; `atSeconds` since the beginning. */
  readonly points: readonly { readonly atSeconds: number; readonly value: number }[];
}

export interface SeriesSummary {
  readonly name: string;
  readonly unit: SeriesUnit;
  readonly min: number;
  readonly median: number;
  readonly max: number;
  /** Medians of the first and the last quarter of the time. */
  readonly firstQuarter: number;
  readonly lastQuarter: number;
  /** The slope of the straight line through all points that fits best. */
  readonly perHour: number;
}

/** @throws Error for a series without points. */
export function summaryOf({ name, unit, points }: Series): SeriesSummary {
  const values = points.map(({ value }) => value);
  const quarter = Math.max(1, Math.floor(values.length / 4));
  return {
    name,
    unit,
    min: Math.min(...values),
    median: median(values),
    max: Math.max(...values),
    firstQuarter: median(values.slice(0, quarter)),
    lastQuarter: median(values.slice(-quarter)),
    perHour: slopeOf(points) * 3600,
  };
}

/** By least squares; 0 where all points lie at one time. */
function slopeOf(points: Series['points']): number {
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
  const time = mean(points.map(({ atSeconds }) => atSeconds));
  const level = mean(points.map(({ value }) => value));
  let product = 0;
  let square = 0;
  for (const { atSeconds, value } of points) {
    product += (atSeconds - time) * (value - level);
    square += (atSeconds - time) ** 2;
  }
  return square === 0 ? 0 : product / square;
}
