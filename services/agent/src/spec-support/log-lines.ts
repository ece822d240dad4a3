import { createLogger } from '@headwater/service-kit';
import type { Logger } from '@headwater/service-kit';

export interface LogLine {
  readonly logId?: string;
  readonly level: string;
  readonly msg: string;
  readonly reason?: string;
}

/** A real logger, and what it has written. */
export class LogLines {
  readonly all: LogLine[] = [];
  readonly logger: Logger = createLogger({
    service: 'agent',
    level: 'debug',
    destination: {
      write: (line: string) => {
        this.all.push(JSON.parse(line) as LogLine);
      },
    },
  });

  with(logId: string): readonly LogLine[] {
    return this.all.filter((line) => line.logId === logId);
  }
}
