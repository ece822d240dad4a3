import type { ProcessSample, Sample } from './sampler.js';
import type { Series, SeriesUnit } from './series.js';

type Read = (sample: Sample) => number | null;

const figures: readonly (readonly [name: string, unit: SeriesUnit, read: Read])[] = [
  ['bus file', 'bytes', ({ busFileBytes }) => busFileBytes],
  ['bus log', 'bytes', ({ busLogBytes }) => busLogBytes],
  ['head', 'bytes', ({ headBytes }) => headBytes],
  ['store', 'bytes', ({ storeBytes }) => storeBytes],
  ['source', 'bytes', ({ sourceBytes }) => sourceBytes],
  ['oplog lag', 's', ({ oplogLagSeconds }) => oplogLagSeconds],
  ['archive lag', 's', ({ archiveLagSeconds }) => archiveLagSeconds],
];

/** Every figure of the samples over time. */
export function seriesOf(samples: readonly Sample[]): Series[] {
  const names = [...new Set(samples.flatMap(({ processes }) => processes.map(({ name }) => name)))];
  return [
    ...figures.map(([name, unit, read]) =>
      series(
        name,
        unit,
        samples.map((sample) => [sample, read(sample)]),
      ),
    ),
    ...names.map((name) => memorySeries(samples, name)),
    ...names.map((name) => cpuSeries(samples, name)),
  ].filter(({ points }) => points.length > 0);
}

function memorySeries(samples: readonly Sample[], name: string): Series {
  const values = samples.map((sample) => [sample, processOf(sample, name)?.residentBytes ?? null] as const);
  return series(`memory of ${name}`, 'bytes', values);
}

/** Per cent of one core since the sample before. */
function cpuSeries(samples: readonly Sample[], name: string): Series {
  const values = samples.slice(1).map((sample, n) => {
    const before = samples[n];
    const from = before && processOf(before, name);
    const to = processOf(sample, name);
    if (before === undefined || from === undefined || to === undefined) return [sample, null] as const;
    const seconds = sample.atSeconds - before.atSeconds;
    return [sample, (100 * (to.cpuSeconds - from.cpuSeconds)) / seconds] as const;
  });
  return series(`CPU of ${name}`, '%', values);
}

function processOf({ processes }: Sample, wanted: string): ProcessSample | undefined {
  return processes.find(({ name }) => name === wanted);
}

function series(
  name: string,
  unit: SeriesUnit,
  values: readonly (readonly [Sample, number | null])[],
): Series {
  const points = values.flatMap(([{ atSeconds }, value]) => (value === null ? [] : [{ atSeconds, value }]));
  return { name, unit, points };
}
