import { freePort } from '../free-port.js';
import { MongodProcess, PortTaken, type MongodSettings } from './mongod-process.js';

/** Starts lost to processes that took the port between our look and the mongod's. */
const portAttempts = 5;

/** One mongod of a replica set: its port and directory stay, its process comes and goes. */
export class Member {
  /** On a free port of its own choice. */
  static async start(settings: Omit<MongodSettings, 'port'>): Promise<Member> {
    for (let attempt = 1; ; attempt++) {
      const withPort = { ...settings, port: await freePort() };
      try {
        return new Member(withPort, await MongodProcess.start(withPort));
      } catch (error) {
        if (!(error instanceof PortTaken) || attempt === portAttempts) throw error;
      }
    }
  }

  private constructor(
    private readonly settings: MongodSettings,
    private mongod: MongodProcess,
  ) {}

  get port(): number {
    return this.settings.port;
  }

  get directory(): string {
    return this.settings.directory;
  }

  /** Of the process that runs now or ran last. */
  get pid(): number {
    return this.mongod.pid;
  }

  get running(): boolean {
    return this.mongod.running;
  }

  /** As the set's configuration names it. */
  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** The driver's address of this one mongod, whatever set it belongs to. */
  get directUri(): string {
    return this.mongod.directUri;
  }

  async kill9(): Promise<void> {
    await this.mongod.kill9();
  }

  /** Clean shutdown. */
  async stop(): Promise<void> {
    await this.mongod.stop();
  }

  /** Starts it again on its own port and files; stops it first when it runs. Resolves when it answers. */
  async restart(): Promise<void> {
    await this.mongod.stop();
    this.mongod = await MongodProcess.start(this.settings);
  }

  /** Halts the process without ending it (SIGSTOP): its connections stay open, nothing answers. */
  freeze(): void {
    this.mongod.freeze();
  }

  thaw(): void {
    this.mongod.thaw();
  }
}
