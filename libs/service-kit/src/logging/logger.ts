import { hostname } from 'node:os';
import { pino } from 'pino';
import type { DestinationStream, Logger as PinoLogger } from 'pino';
import type { LogLevel } from '../config/setting.js';
import { describeError } from './error-description.js';
import { withoutUserInfo } from './user-info.js';

/** One JSON line per state transition: `logger.info({ logId: 'slice.archived', deployment, … }, 'slice archived')`. */
export type Logger = PinoLogger;

export interface LoggerOptions {
  readonly service: string;
  readonly level: LogLevel;
  /** Takes one line at a time; standard output by default, written before the call returns. */
  readonly destination?: DestinationStream;
}

const secretKeys = ['uri', 'password', 'secret', 'apiKey', 'token', 'authorization'];

/** The one logger of a process; parts of the service take a `child` with what is always true of them. */
export function createLogger({ service, level, destination }: LoggerOptions): Logger {
  return pino(
    {
      level,
      base: { service, pid: process.pid, host: hostname() },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
      redact: { paths: secretKeys.flatMap((key) => [key, `*.${key}`]), censor: '[secret]' },
      hooks: { streamWrite: withoutUserInfo },
    },
    destination ?? pino.destination({ fd: 1, sync: true }),
  );
}
