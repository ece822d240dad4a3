import type { Sample } from './sampler.js';
import { seriesOf } from './sample-series.js';

const mebibyte = 1024 * 1024;

/** What must not be exceeded, and whether it was. */
export interface Bound {
  readonly what: string;
  readonly atMost: number;
  readonly reached: number;
  readonly holds: boolean;
}

/** Bounds of a service's memory, whatever the size of the data. */
const memoryMiB = { agent: 200, ingest: 300, restore: 400 } as const;

/** Topics of which as much stays as `HEADWATER_BUS_KEPT_MIB` says. */
const topicsKept = 3;
/** Free pages that stay in the file, its log, what is on its way, and states. */
const busSpareMiB = 160;

/** @param keptMib as `HEADWATER_BUS_KEPT_MIB`. */
export function boundsOf(samples: readonly Sample[], keptMib: number): Bound[] {
  const largest = (values: readonly number[]): number => Math.max(0, ...values);
  const bound = (what: string, atMost: number, reached: number): Bound => ({
    what,
    atMost,
    reached,
    holds: reached <= atMost,
  });
  const bus = samples.map(({ busFileBytes, busLogBytes }) => busFileBytes + busLogBytes);
  // Beside the data a head has a journal of its own, and files that a start has left.
  const headRatio = samples.map(({ headBytes, sourceBytes }) => headBytes / (sourceBytes + 512 * mebibyte));
  return [
    bound('bus file and log, bytes', (topicsKept * keptMib + busSpareMiB) * mebibyte, largest(bus)),
    bound('head, as a share of the source and 512 MiB', 1.5, largest(headRatio)),
    ...Object.entries(memoryMiB).map(([service, mib]) => {
      const name = `memory of ${service}`;
      const series = seriesOf(samples).find((each) => each.name === name);
      return bound(`${name}, bytes`, mib * mebibyte, largest(series?.points.map(({ value }) => value) ?? []));
    }),
  ];
}
