import { join } from 'node:path';
import type { Clock } from '@headwater/clock';
import { messageOf } from '@headwater/errors';
import { freePort } from '@headwater/testing';
import { launcherErrors } from '../launcher-errors.js';
import { choosePort } from './ports.js';
import { Readiness } from './readiness.js';
import { deathOf, failureToStart, type ServiceDeath } from './service-death.js';
import type { ServiceEvent } from './service-event.js';
import { ServiceLog } from './service-log.js';
import { serviceFacts, type ServiceName } from './service-names.js';
import { ServiceProcess } from './service-process.js';
import { beginning, observe, type Consequence, type Observation, type Supervision } from './supervision.js';

export interface SupervisedServiceOptions {
  /** Holds `<name>/main.js`. */
  readonly programs: string;
  /** Of every service, without its port. */
  readonly environment: NodeJS.ProcessEnv;
  /** Where it listens if nobody else does. */
  readonly wantedPort: number;
  readonly logs: string;
  readonly clock: Clock;
  onEvent(event: ServiceEvent): void;
  /** A process of it was started. */
  onSpawn(): void;
}

/** What is to be seen of a service from outside. */
export interface ServiceCondition {
  readonly name: ServiceName;
  readonly phase: Supervision['phase'];
  /** In this run. */
  readonly restarts: number;
}

const pollMillis = { starting: 100, ready: 1000 };
/** A first start that takes longer has failed. */
const startLimitMillis = 300_000;

/** One service, kept running: a process that ends is followed by another one, on the same port. */
export class SupervisedService {
  private state: Supervision;
  private process: ServiceProcess | null = null;
  private port: number | null = null;
  private death: ServiceDeath | null = null;
  private readonly stopping = new AbortController();
  private readonly firstReady = Promise.withResolvers<undefined>();
  private supervising: Promise<void> = Promise.resolve();

  constructor(
    readonly name: ServiceName,
    private readonly options: SupervisedServiceOptions,
  ) {
    this.state = beginning(options.clock.ticksMillis());
    // Told to whoever starts it.
    this.firstReady.promise.catch(() => undefined);
  }

  /** Resolves when it is ready for the first time. @throws launcherErrors.serviceEnded, serviceNotReady */
  start(): Promise<void> {
    this.state = beginning(this.options.clock.ticksMillis());
    this.supervising = this.supervise().catch((error: unknown) => {
      this.firstReady.reject(error);
    });
    return this.firstReady.promise;
  }

  /** In order. Nothing is started any more. */
  async stop(): Promise<void> {
    this.stopping.abort(new Error(`the ${this.name} service is being stopped`));
    this.firstReady.reject(this.stopping.signal.reason);
    await this.process?.stop();
    await this.supervising;
  }

  /** Whatever it is doing. */
  kill(): void {
    this.stopping.abort(new Error(`the ${this.name} service is being killed`));
    this.process?.kill();
  }

  /** Of the process that runs now or ran last. */
  get url(): string {
    return `http://127.0.0.1:${this.port ?? 0}`;
  }

  /** Null while none runs. */
  get pid(): number | null {
    return this.process?.exit === null ? this.process.pid : null;
  }

  get log(): ServiceLog | null {
    return this.process?.log ?? null;
  }

  get condition(): ServiceCondition {
    return { name: this.name, phase: this.state.phase, restarts: this.state.restarts };
  }

  private async supervise(): Promise<void> {
    const isStopped = (): boolean => this.stopping.signal.aborted;
    while (!isStopped()) {
      this.see({ kind: 'spawned' });
      this.death = await this.runOnce();
      if (isStopped()) return;
      const { consequence } = this.see({ kind: 'ended', cause: this.death.cause });
      if (consequence.kind === 'give-up') throw failureToStart(this.death);
      if (consequence.kind !== 'start-again') continue;
      if (consequence.onOtherPort) await this.moveToOtherPort();
      await this.options.clock
        .sleep(consequence.inSeconds * 1000, this.stopping.signal)
        .catch(() => undefined);
    }
  }

  /** One process, from its start to its end. */
  private async runOnce(): Promise<ServiceDeath> {
    try {
      const process = await this.spawn();
      await this.watch(process);
      return await deathOf(process);
    } catch (error) {
      const logFile = join(this.options.logs, `${this.name}.log`);
      return { service: this.name, how: messageOf(error), cause: 'other', logFile, logLines: [] };
    }
  }

  private async spawn(): Promise<ServiceProcess> {
    const { programs, environment, logs, clock } = this.options;
    const port = this.port ?? (await this.firstPort());
    this.port = port;
    const log = await ServiceLog.open(join(logs, `${this.name}.log`));
    this.stopping.signal.throwIfAborted();
    const process = await ServiceProcess.start({
      name: this.name,
      program: join(programs, this.name, 'main.js'),
      environment: { ...environment, [serviceFacts[this.name].portVariable]: String(port) },
      log,
      clock,
    });
    this.process = process;
    // The stop may have come while it was being started.
    if (this.stopping.signal.aborted) await process.stop();
    this.options.onSpawn();
    return process;
  }

  private async firstPort(): Promise<number> {
    const { wantedPort } = this.options;
    const { port, instead } = await choosePort(wantedPort);
    if (instead) this.options.onEvent({ kind: 'port-taken', service: this.name, wanted: wantedPort, port });
    return port;
  }

  private async moveToOtherPort(): Promise<void> {
    const wanted = this.port ?? this.options.wantedPort;
    this.port = await freePort();
    this.options.onEvent({ kind: 'port-taken', service: this.name, wanted, port: this.port });
  }

  /** Looks whether it is ready until it has ended. */
  private async watch(process: ServiceProcess): Promise<void> {
    const readiness = new Readiness(process, this.url);
    const over = new AbortController();
    void process.ended.then(() => {
      over.abort();
    });
    const isOver = (): boolean => process.exit !== null || this.stopping.signal.aborted;
    while (!isOver()) {
      const refusal = await readiness.refusal();
      if (isOver()) break;
      this.see(refusal === null ? { kind: 'ready' } : { kind: 'unready' }, refusal ?? '');
      const pause = this.state.phase === 'ready' ? pollMillis.ready : pollMillis.starting;
      await this.options.clock.sleep(pause, over.signal).catch(() => undefined);
    }
    await process.ended;
  }

  private see(observation: Observation, refusal = '') {
    const now = this.options.clock.ticksMillis();
    const { after, consequence } = observe(this.state, observation, now);
    this.state = after;
    if (consequence.kind === 'ready') this.firstReady.resolve(undefined);
    const event = this.eventOf(consequence, refusal);
    if (event !== null) this.options.onEvent(event);
    this.giveUpOnFirstStart(refusal, now);
    return { consequence };
  }

  private giveUpOnFirstStart(refusal: string, now: number): void {
    const { proven, phase, since } = this.state;
    if (proven || phase !== 'starting' || now - since < startLimitMillis) return;
    const logFile = join(this.options.logs, `${this.name}.log`);
    const message = `the ${this.name} service was not ready within ${startLimitMillis / 1000} s: ${refusal} (its log: ${logFile})`;
    this.firstReady.reject(
      launcherErrors.serviceNotReady(message, { details: { service: this.name, logFile } }),
    );
  }

  private eventOf(consequence: Consequence, refusal: string): ServiceEvent | null {
    const { name: service, death, url, pid } = this;
    switch (consequence.kind) {
      case 'ready': {
        const { again, afterSeconds } = consequence;
        return again ? { kind: 'back', service, pid, url, afterSeconds } : null;
      }
      case 'not-ready-for-long':
        return { kind: 'not-ready', service, seconds: consequence.seconds, reason: refusal };
      case 'start-again': {
        // What follows a taken port is told with the port that is taken instead.
        if (death === null || consequence.onOtherPort) return null;
        const { how, logFile, logLines } = death;
        const { inSeconds: restartInSeconds } = consequence;
        const { restarts } = this.state;
        return { kind: 'ended', service, how, logFile, logLines, restartInSeconds, restarts };
      }
      case 'none':
      case 'give-up':
        return null;
    }
  }
}
