import { holds, type Figure, type Unit } from './benchmark.js';
import type { Report, Result } from './report.js';

/** A value with its unit, for people: three digits that say something. */
export function shown(value: number, unit: Unit): string {
  switch (unit) {
    case 'bytes':
      return inBytes(value);
    case 'bytes/s':
      return `${inBytes(value)}/s`;
    case '':
      return grouped(Math.round(value));
    default:
      return `${digits(value)} ${unit}`;
  }
}

function inBytes(value: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB'] as const;
  const step = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10));
  return `${digits(value / 1024 ** step)} ${units[step] ?? ''}`;
}

function digits(value: number): string {
  if (Math.abs(value) >= 100) return grouped(Math.round(value));
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

function grouped(value: number): string {
  return value.toLocaleString('en-US');
}

export function verdict(figure: Figure): string {
  const good = holds(figure);
  return good === null ? '' : good ? 'ok' : 'short';
}

function barOf({ bar, unit }: Figure): string {
  if (bar === null) return '';
  return 'atLeast' in bar ? `≥ ${shown(bar.atLeast, unit)}` : `≤ ${shown(bar.atMost, unit)}`;
}

const cellsOf = (figure: Figure): string[] => [
  figure.what,
  shown(figure.value, figure.unit),
  barOf(figure),
  verdict(figure),
];

/** One benchmark's figures, aligned for a terminal. */
export function textTable({ name, title, figures, seconds, failure }: Result): string {
  const rows = [['what', 'figure', 'bar', ''], ...figures.map(cellsOf)];
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 1 ? cell.padStart(widths[1] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  const end = failure === null ? `took ${digits(seconds)} s` : `FAILED: ${failure}`;
  return [`${name}: ${title}`, ...(figures.length > 0 ? lines : []), end, ''].join('\n');
}

/** All results as one table in Markdown, with the machine they were measured on. */
export function markdownTable({ machine, scale, results }: Report): string {
  const head = [
    `Measured ${machine.startedAt.slice(0, 16).replace('T', ' ')} UTC at scale ${scale}: ${machine.cores} cores (${machine.processor}),`,
    `${shown(machine.memoryBytes, 'bytes')} of memory, ${machine.fileSystem}, Linux ${machine.kernel}, Node ${machine.node},`,
    `mongod ${machine.mongod}; load average ${machine.load.toFixed(1)} at the start.`,
  ].join('\n');
  const rows = results.flatMap(({ name, figures, failure }) => [
    ...figures.map((figure) => `| ${[`\`${name}\``, ...cellsOf(figure)].join(' | ')} |`),
    ...(failure === null ? [] : [`| \`${name}\` | failed: ${failure.split('\n')[0] ?? ''} | | | |`]),
  ]);
  return [head, '', '| benchmark | what | figure | bar | |', '|---|---|--:|---|---|', ...rows, ''].join('\n');
}
