import type { HeadwaterError } from '@headwater/errors';
import { launcherErrors } from '../launcher-errors.js';
import { describeExit, type ServiceProcess } from './service-process.js';
import type { EndCause } from './supervision.js';

/** How a process of a service ended, with what it said last. */
export interface ServiceDeath {
  readonly service: string;
  /** `exit code 1`, `signal SIGKILL`. */
  readonly how: string;
  readonly cause: EndCause;
  readonly logFile: string;
  /** For people, the last one last. */
  readonly logLines: readonly string[];
}

const shownLines = 8;
/** How a service says that its port is taken, and that its variables are wrong (kitErrors). */
const codes = { portTaken: 'KIT-10002', badConfiguration: 'KIT-10001' };

export async function deathOf({ name, log, exit }: ServiceProcess): Promise<ServiceDeath> {
  const said = await log.text();
  return {
    service: name,
    how: exit === null ? 'no known reason' : describeExit(exit),
    cause: causeOf(said),
    logFile: log.path,
    logLines: await log.lastLines(shownLines),
  };
}

/** That a service will not run, and what its log says about it. */
export function failureToStart({ service, how, logFile, logLines }: ServiceDeath): HeadwaterError {
  return launcherErrors.serviceEnded(`the ${service} service cannot start: it ended with ${how}`, {
    details: { service, logFile, logLines },
  });
}

function causeOf(said: string): EndCause {
  if (said.includes(codes.portTaken)) return 'port-taken';
  return said.includes(codes.badConfiguration) ? 'configuration' : 'other';
}
