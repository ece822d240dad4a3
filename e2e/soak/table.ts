import type { Bound } from './bounds.js';
import { seriesOf } from './sample-series.js';
import type { Sample } from './sampler.js';
import { summaryOf, type SeriesUnit } from './series.js';

const mebibyte = 1024 * 1024;

const inMiB = (bytes: number): string => (bytes / mebibyte).toFixed(1);

const columns: readonly (readonly [head: string, cell: (sample: Sample) => string])[] = [
  ['minute', ({ atSeconds }) => (atSeconds / 60).toFixed(1)],
  ['writes', ({ writes }) => String(writes)],
  ['snapshots', ({ snapshots }) => String(snapshots)],
  ['bus MiB', ({ busFileBytes }) => inMiB(busFileBytes)],
  ['bus log', ({ busLogBytes }) => inMiB(busLogBytes)],
  ['head', ({ headBytes }) => inMiB(headBytes)],
  ['store', ({ storeBytes }) => inMiB(storeBytes)],
  ['source', ({ sourceBytes }) => inMiB(sourceBytes)],
  ['oplog lag s', ({ oplogLagSeconds }) => String(oplogLagSeconds ?? '-')],
  ['archive lag s', ({ archiveLagSeconds }) => String(archiveLagSeconds ?? '-')],
  ...['agent', 'ingest', 'snapshot-builder', 'restore', 'shard-coordinator', 'alerting', 'source mongod'].map(
    (name) => [`${name} MiB`, (sample: Sample) => memoryOf(sample, name)] as const,
  ),
];

function memoryOf({ processes }: Sample, wanted: string): string {
  const found = processes.find(({ name }) => name === wanted);
  return found === undefined ? '-' : inMiB(found.residentBytes);
}

/** One line a sample; sizes in MiB. */
export function sampleLine(sample: Sample): string {
  return columns.map(([head, cell]) => cell(sample).padStart(Math.max(head.length, 7))).join('  ');
}

export const sampleHead = columns.map(([head]) => head.padStart(Math.max(head.length, 7))).join('  ');

/** Min, median, max, the medians of the first and the last quarter, and the growth an hour of every figure. */
export function summaryTable(samples: readonly Sample[]): string {
  const rows = seriesOf(samples)
    .map(summaryOf)
    .map(({ name, unit, min, median, max, firstQuarter, lastQuarter, perHour }) => [
      `${name}, ${unit === 'bytes' ? 'MiB' : unit}`,
      ...[min, median, max, firstQuarter, lastQuarter, perHour].map((value) => cellOf(value, unit)),
    ]);
  const heads = ['figure', 'min', 'median', 'max', 'first quarter', 'last quarter', 'growth an hour'];
  return aligned([heads, ...rows]);
}

export function boundTable(bounds: readonly Bound[]): string {
  const cell = (value: number): string => (value > 1000 ? `${inMiB(value)} MiB` : value.toFixed(2));
  const rows = bounds.map(({ what, reached, atMost, holds }) => [
    what.replace(', bytes', ''),
    cell(reached),
    `≤ ${cell(atMost)}`,
    holds ? 'ok' : 'BROKEN',
  ]);
  return aligned([['bound', 'reached', 'at most', ''], ...rows]);
}

function cellOf(value: number, unit: SeriesUnit): string {
  return unit === 'bytes' ? inMiB(value) : value.toFixed(1);
}

function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows
    .map((row) =>
      row
        .map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
