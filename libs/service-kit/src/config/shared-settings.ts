import { homedir } from 'node:os';
import { join } from 'node:path';
import { logLevels, oneOf, setting, text, wholeNumber } from './setting.js';

/** What every service has: where it listens, by the variable of that name, and how much it logs. */
export function serviceSettings(portName: string, defaultPort: number) {
  return {
    host: setting('HEADWATER_HOST', text().default('127.0.0.1'), 'Address to listen on.'),
    port: setting(
      portName,
      wholeNumber({ min: 0, max: 65_535 }).default(defaultPort),
      'Port; 0 takes a free one.',
    ),
    logLevel: setting('HEADWATER_LOG_LEVEL', oneOf(logLevels).default('info'), 'Least level that is logged.'),
  };
}

/** Which mongod, for the services that open data files. */
export const mongodSettings = {
  cacheDirectory: setting(
    'HEADWATER_CACHE_DIRECTORY',
    text().default(join(homedir(), '.cache', 'headwater')),
    'Where an obtained mongod binary is kept.',
  ),
  mongod: setting('HEADWATER_MONGOD', text().optional(), 'mongod binary for every version.'),
  mongod60: setting('HEADWATER_MONGOD_6_0', text().optional(), 'mongod binary for sources on 6.0.'),
  mongod70: setting('HEADWATER_MONGOD_7_0', text().optional(), 'mongod binary for sources on 7.0.'),
  mongod80: setting('HEADWATER_MONGOD_8_0', text().optional(), 'mongod binary for sources on 8.0.'),
};
