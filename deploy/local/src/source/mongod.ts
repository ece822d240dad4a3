import { homedir } from 'node:os';
import { join } from 'node:path';
import { findMongod, type MongodBinary } from '@headwater/mongod';
import { unlessAborted } from '../closings.js';
import type { Report } from '../output/report.js';

export interface MongodWish {
  /** Major and minor, `6.0`; any when left out. */
  readonly series?: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** Older servers cannot be backed up, so a sample on one is of no use. */
const oldestMajor = 6;
const sampleSeries = '6.0';

/** The mongod that everything of this run uses, as the services would find it. */
export async function obtainMongod(wish: MongodWish): Promise<MongodBinary> {
  const { series, report, signal } = wish;
  const step = report.begin('mongod', 'mongod: the database server that makes and checks the data files');
  const tell = (line: string): void => {
    step.note(line);
  };
  const found = await unlessAborted(search(wish, series, tell), signal);
  const isTooOld = series === undefined && Number.parseInt(found.series) < oldestMajor;
  if (isTooOld) tell(`${found.path} is ${found.version}: too old, looking for ${sampleSeries}`);
  const binary = isTooOld ? await unlessAborted(search(wish, sampleSeries, tell), signal) : found;
  step.done(`version ${binary.version}, ${binary.path}`, { ...binary });
  return binary;
}

function search(
  { environment }: MongodWish,
  series: string | undefined,
  onProgress: (line: string) => void,
): Promise<MongodBinary> {
  const named = (variable: string): string | undefined => environment[variable] || undefined;
  return findMongod({
    ...(series === undefined ? {} : { series }),
    environment: {
      mongod: named('HEADWATER_MONGOD'),
      bySeries: {
        '6.0': named('HEADWATER_MONGOD_6_0'),
        '7.0': named('HEADWATER_MONGOD_7_0'),
        '8.0': named('HEADWATER_MONGOD_8_0'),
      },
    },
    cacheDirectory: named('HEADWATER_CACHE_DIRECTORY') ?? join(homedir(), '.cache', 'headwater'),
    onProgress,
  });
}
