import type { MongodBinary } from '@headwater/mongod';
import type { EngineRow } from './suite.js';

export interface EngineReport {
  readonly source: MongodBinary;
  readonly head: MongodBinary;
  readonly rows: readonly EngineRow[];
  /** Every promise that applies was kept. */
  readonly reliable: boolean;
  /** One sentence for an operator. */
  readonly sentence: string;
}

const reasonsShown = 5;

export function reportOf(source: MongodBinary, head: MongodBinary, rows: readonly EngineRow[]): EngineReport {
  const broken = rows.filter(({ result }) => result === 'DIFFERS' || result === 'failed');
  const kept = rows.filter(({ result }) => result === 'equal').length;
  const reliable = broken.length === 0 && kept > 0;
  return { source, head, rows, reliable, sentence: sentenceOf({ source, head, broken, kept }) };
}

interface Verdict {
  readonly source: MongodBinary;
  readonly head: MongodBinary;
  readonly broken: readonly EngineRow[];
  readonly kept: number;
}

function sentenceOf({ source, head, broken, kept }: Verdict): string {
  const pair = source.version === head.version ? '' : `, its oplog applied by ${head.version},`;
  const server = `mongod ${source.version}${pair}`;
  const [first] = broken;
  if (first !== undefined) {
    const more = broken.length === 1 ? '' : ` (and ${broken.length - 1} more)`;
    const what = first.result === 'DIFFERS' ? 'the files differ from the source after' : 'this failed:';
    return `${server} may NOT be relied on, because ${what} ${first.promise}${more}.`;
  }
  if (kept === 0) return `${server} may NOT be relied on, because no promise could be tried on it.`;
  return `${server} may be relied on: its recovery gave files equal to the source in all ${kept} promises that apply.`;
}

/** The line of one promise, and under it why it is not simply equal. */
export function linesOf({ promise, result, reasons, seconds }: EngineRow): string[] {
  const shown = reasons.slice(0, reasonsShown).map((reason) => `    ${oneLine(reason)}`);
  const more = reasons.length - shown.length;
  return [
    `${result.padEnd(14)} ${seconds.toFixed(1).padStart(6)} s  ${promise}`,
    ...shown,
    ...(more > 0 ? [`    and ${more} more`] : []),
  ];
}

export function tableOf({ source, head, rows, sentence }: EngineReport): string {
  const title = `source ${source.version} (${source.path}), head ${head.version} (${head.path})`;
  return ['', title, ...rows.flatMap(linesOf), '', sentence].join('\n');
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 400);
}
