import { counted, duration } from '../output/quantities.js';
import type { Fields } from '../output/step-event.js';
import type { ServiceName } from './service-names.js';

/** What becomes of a service while it is kept running. */
export type ServiceEvent =
  /** It ended by itself, and is started again. */
  | {
      readonly kind: 'ended';
      readonly service: ServiceName;
      readonly how: string;
      readonly restartInSeconds: number;
      /** In this run, this one included. */
      readonly restarts: number;
      readonly logFile: string;
      readonly logLines: readonly string[];
    }
  /** It is ready, after an end or after it was said that it is not. */
  | {
      readonly kind: 'back';
      readonly service: ServiceName;
      readonly pid: number | null;
      readonly url: string;
      readonly afterSeconds: number;
    }
  | {
      readonly kind: 'not-ready';
      readonly service: ServiceName;
      readonly seconds: number;
      readonly reason: string;
    }
  /** Another process has its port. */
  | {
      readonly kind: 'port-taken';
      readonly service: ServiceName;
      readonly wanted: number;
      readonly port: number;
    };

const shownLines = 3;

/** For people: one line, and below it the end of its log where it died. */
export function serviceEventText(event: ServiceEvent): string {
  const { service } = event;
  switch (event.kind) {
    case 'ended': {
      const { how, restartInSeconds, restarts, logLines } = event;
      const again = `it is started again in ${duration(restartInSeconds)} (${counted(restarts, 'restart')} so far)`;
      const said = logLines.slice(-shownLines).map((line) => `  ${line}`);
      return [`the ${service} service ended with ${how}: ${again}`, ...said].join('\n');
    }
    case 'back':
      return `the ${service} service is ready again after ${duration(event.afterSeconds)}: ${event.url}`;
    case 'not-ready':
      return `the ${service} service runs, but has not been ready for ${duration(event.seconds)}: ${event.reason}`;
    case 'port-taken':
      return `port ${event.wanted} is taken: ${service} listens on ${event.port}`;
  }
}

/** For programs. */
export function serviceEventFields(event: ServiceEvent): Fields {
  const { kind, ...rest } = event;
  return { event: `service-${kind}`, ...rest };
}
