import { homedir } from 'node:os';
import { join } from 'node:path';
import { faultRates } from '../ports/fault-rates.js';
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

/** Which bus, for every service, and what goes wrong in a rehearsal. */
export const busSettings = {
  bus: setting('HEADWATER_BUS', oneOf(['embedded']).default('embedded'), 'Kind of bus.'),
  busFile: setting('HEADWATER_BUS_FILE', text(), 'File of the embedded bus.'),
  busKeptMib: setting(
    'HEADWATER_BUS_KEPT_MIB',
    wholeNumber({ min: 1, max: 1_048_576, unit: 'MiB' }).default(64),
    'What has been read by all who read it stays on each topic of the bus file up to this size.',
  ),
  busLimitMib: setting(
    'HEADWATER_BUS_LIMIT_MIB',
    wholeNumber({ min: 256, max: 16_777_216, unit: 'MiB' }).default(8192),
    'At this size the bus file takes no more: agents hold until it has been read.',
  ),
  topicPrefix: setting('HEADWATER_TOPIC_PREFIX', text().default('headwater'), 'First word of every topic.'),
  faults: setting(
    'HEADWATER_FAULTS',
    faultRates().optional(),
    'For rehearsals: calls of the store and the bus fail on purpose. Never set it where backups count.',
  ),
};

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
