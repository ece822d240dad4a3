import type { ServiceEvent } from './service-event.js';
import { serviceFacts, serviceNames, stopStages, type ServiceName } from './service-names.js';
import {
  SupervisedService,
  type ServiceCondition,
  type SupervisedServiceOptions,
} from './supervised-service.js';

export interface ServicesOptions extends Omit<SupervisedServiceOptions, 'wantedPort' | 'onSpawn'> {
  /** Where a service listens if nobody else does. */
  readonly wantedPorts: Readonly<Record<ServiceName, number>>;
  onEvent(event: ServiceEvent): void;
  /** The processes that run now; called whenever one was started. */
  onPids(pids: readonly number[]): void;
}

const lookAtLogsEveryMillis = 5_000;

/** Every service, each a process that is kept running. */
export class Services {
  private readonly services: ReadonlyMap<ServiceName, SupervisedService>;
  private readonly logs: NodeJS.Timeout;

  constructor(options: ServicesOptions) {
    const { wantedPorts, ...rest } = options;
    const onSpawn = (): void => {
      options.onPids(this.pids);
    };
    this.services = new Map(
      serviceNames.map((name) => [
        name,
        new SupervisedService(name, { ...rest, wantedPort: wantedPorts[name], onSpawn }),
      ]),
    );
    this.logs = setInterval(() => void this.boundLogs(), lookAtLogsEveryMillis);
    this.logs.unref();
  }

  /** Of the process that runs now or ran last. */
  urlOf(name: ServiceName): string {
    return this.of(name).url;
  }

  /** Null while none runs. */
  pidOf(name: ServiceName): number | null {
    return this.of(name).pid;
  }

  get conditions(): readonly ServiceCondition[] {
    return [...this.services.values()].map(({ condition }) => condition);
  }

  /**
   * Resolves when each was ready once; from then on they are kept running.
   *
   * @throws launcherErrors.serviceEnded, serviceNotReady; the signal's reason
   */
  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const stop = (): void => void this.stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      await Promise.all([...this.services.values()].map((service) => service.start()));
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
    }
  }

  /**
   * In stages: what takes requests and gives commands first, then along the flow of the data, so that whoever sends
   * has stopped before whoever takes.
   */
  async stop(): Promise<void> {
    clearInterval(this.logs);
    for (const stage of stopStages) {
      const members = serviceNames.filter((name) => serviceFacts[name].stopStage === stage);
      await Promise.all(members.map((name) => this.of(name).stop()));
    }
  }

  /** Without any order, and now. */
  kill(): void {
    for (const service of this.services.values()) service.kill();
  }

  private get pids(): readonly number[] {
    return [...this.services.values()].flatMap(({ pid }) => (pid === null ? [] : [pid]));
  }

  private async boundLogs(): Promise<void> {
    // A log that cannot be bounded now is looked at again in a moment.
    await Promise.allSettled([...this.services.values()].map(async ({ log }) => log?.bound()));
  }

  private of(name: ServiceName): SupervisedService {
    const service = this.services.get(name);
    if (service === undefined) throw new Error(`there is no service ${name}`);
    return service;
  }
}
