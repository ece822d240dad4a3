import { join } from 'node:path';
import type { Clock } from '@headwater/clock';
import type { HeadwaterError } from '@headwater/errors';
import { launcherErrors } from '../launcher-errors.js';
import { awaitReady } from './readiness.js';
import { serviceNames, type ServiceName } from './service-names.js';
import { ServiceLog } from './service-log.js';
import { describeExit, ServiceProcess } from './service-process.js';

export interface ServicesOptions {
  /** Holds `<name>/main.js`. */
  readonly programs: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly ports: Readonly<Record<ServiceName, number>>;
  readonly logs: string;
  readonly clock: Clock;
  /** A service ended that nobody asked to. */
  onDeath(error: HeadwaterError): void;
}

const shownLines = 8;

/** The four services of this version, each a process. */
export class Services {
  private readonly running = new Map<ServiceName, ServiceProcess>();

  constructor(private readonly options: ServicesOptions) {}

  urlOf(name: ServiceName): string {
    return `http://127.0.0.1:${this.options.ports[name]}`;
  }

  pidOf(name: ServiceName): number | null {
    return this.running.get(name)?.pid ?? null;
  }

  /** Resolves when all of them are ready. */
  async start(signal: AbortSignal): Promise<void> {
    const { programs, environment, logs, clock } = this.options;
    for (const name of serviceNames) {
      signal.throwIfAborted();
      const log = await ServiceLog.open(join(logs, `${name}.log`));
      const program = join(programs, name, 'main.js');
      const service = await ServiceProcess.start({ name, program, environment, log, clock });
      this.running.set(name, service);
      void service.ended.then(() => this.ended(service));
    }
    const readying = [...this.running].map(([name, service]) =>
      awaitReady(service, this.urlOf(name), { clock, signal }),
    );
    await Promise.all(readying);
  }

  /** In the order of the data: whoever sends stops before whoever takes. */
  async stop(): Promise<void> {
    for (const step of [['agent'], ['ingest'], ['snapshot-builder', 'restore']] as const) {
      await Promise.all(step.map((name) => this.running.get(name)?.stop()));
    }
  }

  private async ended(service: ServiceProcess): Promise<void> {
    if (service.asked || service.exit === null) return;
    const { name, log } = service;
    const logLines = await log.lastLines(shownLines);
    this.options.onDeath(
      launcherErrors.serviceEnded(`the ${name} service ended by itself with ${describeExit(service.exit)}`, {
        details: { service: name, logFile: log.path, logLines },
      }),
    );
  }
}
