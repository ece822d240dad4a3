import { join } from 'node:path';
import type { Clock } from '@headwater/clock';
import type { HeadwaterError } from '@headwater/errors';
import { launcherErrors } from '../launcher-errors.js';
import { choosePort } from './ports.js';
import { awaitReady } from './readiness.js';
import { serviceFacts, serviceNames, type ServiceName } from './service-names.js';
import { ServiceLog } from './service-log.js';
import { describeExit, ServiceProcess } from './service-process.js';

export interface ServicesOptions {
  /** Holds `<name>/main.js`. */
  readonly programs: string;
  /** Of every service, without its port. */
  readonly environment: NodeJS.ProcessEnv;
  /** Where a service listens if nobody else does. */
  readonly wantedPorts: Readonly<Record<ServiceName, number>>;
  readonly logs: string;
  readonly clock: Clock;
  /** Another process has the port that was wanted. */
  onPortTaken(service: ServiceName, wanted: number, port: number): void;
  /** A service that was ready ended, and nobody asked it to. */
  onDeath(error: HeadwaterError): void;
}

const shownLines = 8;
/** Another process may take a port between our look and the service's. */
const portAttempts = 5;
/** How a service says that its port is taken (kitErrors.portTaken). */
const portTakenCode = 'KIT-10002';

/** The four services of this version, each a process. */
export class Services {
  private readonly running = new Map<ServiceName, ServiceProcess>();
  private readonly ports = new Map<ServiceName, number>();
  private readonly stopping = new AbortController();
  private starting: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: ServicesOptions) {}

  /** Once it is ready. */
  urlOf(name: ServiceName): string {
    return `http://127.0.0.1:${this.ports.get(name) ?? 0}`;
  }

  pidOf(name: ServiceName): number | null {
    return this.running.get(name)?.pid ?? null;
  }

  /**
   * Resolves when all of them are ready.
   *
   * @throws launcherErrors.serviceEnded, serviceNotReady; the signal's reason
   */
  async start(signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.stopping.signal]);
    const begun = serviceNames.map((name) => this.bringUp(name, either));
    this.starting = Promise.allSettled(begun);
    await Promise.all(begun);
  }

  /** In the order of the data: whoever sends stops before whoever takes. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error('the services are being stopped'));
    await this.starting;
    for (const step of [['agent'], ['ingest'], ['snapshot-builder', 'restore']] as const) {
      await Promise.all(step.map(async (name) => this.running.get(name)?.stop()));
    }
  }

  private async bringUp(name: ServiceName, signal: AbortSignal): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      const service = await this.spawn(name, signal);
      const { clock } = this.options;
      if ((await awaitReady(service, this.urlOf(name), { clock, signal })) === 'ready') {
        void service.ended.then(() => this.ended(service));
        return;
      }
      if (attempt === portAttempts || !(await service.log.text()).includes(portTakenCode)) {
        throw await deathOf(service);
      }
    }
  }

  private async spawn(name: ServiceName, signal: AbortSignal): Promise<ServiceProcess> {
    const { programs, environment, wantedPorts, logs, clock } = this.options;
    const { port, instead } = await choosePort(wantedPorts[name]);
    const log = await ServiceLog.open(join(logs, `${name}.log`));
    signal.throwIfAborted();
    if (instead) this.options.onPortTaken(name, wantedPorts[name], port);
    const service = await ServiceProcess.start({
      name,
      program: join(programs, name, 'main.js'),
      environment: { ...environment, [serviceFacts[name].portVariable]: String(port) },
      log,
      clock,
    });
    this.ports.set(name, port);
    this.running.set(name, service);
    return service;
  }

  private async ended(service: ServiceProcess): Promise<void> {
    if (!service.asked) this.options.onDeath(await deathOf(service));
  }
}

async function deathOf({ name, log, exit }: ServiceProcess): Promise<HeadwaterError> {
  const logLines = await log.lastLines(shownLines);
  const how = exit === null ? 'for no known reason' : `with ${describeExit(exit)}`;
  return launcherErrors.serviceEnded(`the ${name} service ended by itself ${how}`, {
    details: { service: name, logFile: log.path, logLines },
  });
}
