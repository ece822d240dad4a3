import { untestedNotice } from '@headwater/mongodb';
import { findMongod, lookForMongod, type MongodLook, type MongodSearch } from './search.js';
import type { MongodBinary } from './mongod-binary.js';

/** The settings with which a service's operator names binaries; absent is "look for one". */
export interface MongodSettings {
  /** HEADWATER_MONGOD. */
  readonly mongod?: string | undefined;
  /** HEADWATER_MONGOD_6_0, and so on. */
  readonly mongod60?: string | undefined;
  readonly mongod70?: string | undefined;
  readonly mongod80?: string | undefined;
  readonly cacheDirectory: string;
}

/** Where a search stands, in words. */
export interface MongodSearchLog {
  info(fields: { readonly logId: string; readonly series: string }, line: string): void;
  warn(fields: { readonly logId: string; readonly version: string }, line: string): void;
}

/**
 * How a service gets its mongod of a series (`6.0`). Looked for when it is needed: a service starts without one, and
 * capture goes on without one. One that the engine suite was not run on is taken all the same, with a
 * warning, once. Each call throws what `findMongod` throws.
 */
export function mongodsOf(
  settings: MongodSettings,
  log: MongodSearchLog,
): (series: string) => Promise<MongodBinary> {
  const warned = new Set<string>();
  return async (series) => {
    const binary = await findMongod({
      ...searchOf(settings, series),
      onProgress: (line) => {
        log.info({ logId: 'mongod.search', series }, line);
      },
    });
    const { version } = binary;
    const notice = untestedNotice(version);
    if (notice !== null && !warned.has(version)) {
      warned.add(version);
      log.warn({ logId: 'mongod.version-untested', version }, notice);
    }
    return binary;
  };
}

/** Which mongod `mongodsOf` would give; nothing is obtained. Throws what `lookForMongod` throws. */
export function lookedForMongod(settings: MongodSettings, series: string): Promise<MongodLook> {
  return lookForMongod(searchOf(settings, series));
}

function searchOf(settings: MongodSettings, series: string): MongodSearch {
  const { mongod, mongod60, mongod70, mongod80, cacheDirectory } = settings;
  const bySeries = { '6.0': mongod60, '7.0': mongod70, '8.0': mongod80 };
  return { series, environment: { mongod, bySeries }, cacheDirectory };
}
