import { mkdir } from 'node:fs/promises';
import { request as plain, type IncomingMessage } from 'node:http';
import { request as overTls } from 'node:https';
import { eventually } from '../eventually.js';
import { GuardedChild, type ExitStatus } from '../processes/guarded-child.js';

/** How a kind of server is run on a directory. */
export interface S3Kind {
  readonly name: string;
  readonly arguments: (settings: S3ServerSettings) => string[];
  readonly environment: (settings: S3ServerSettings) => Record<string, string>;
  /** The path that answers 200 once the server serves. */
  readonly readyPath: string;
}

export interface S3ServerSettings {
  /** Path of the executable. */
  readonly binary: string;
  /** Where it keeps objects; made if it is missing. */
  readonly directory: string;
  /** On 127.0.0.1. */
  readonly port: number;
  readonly accessKey: string;
  /** At least 8 characters. */
  readonly secretKey: string;
  /** Holds `public.crt` and `private.key`: the server speaks TLS. */
  readonly certificates?: string;
  /** The bucket may stand before it in the host name. */
  readonly domain?: string;
  /** Where versitygw keeps users beside its root; made if it is missing. */
  readonly usersDirectory?: string;
}

const startDeadlineMs = 60_000;
const outputKept = 8000;

/** A running object store on loopback. It dies with the process that started it, and may be started again. */
export class S3Server {
  /**
   * Resolves when it serves.
   *
   * @throws Error with what it printed when it ends or hangs.
   */
  static async start(kind: S3Kind, settings: S3ServerSettings): Promise<S3Server> {
    const server = new S3Server(kind, settings);
    await server.start();
    return server;
  }

  readonly settings: S3ServerSettings;
  private readonly kind: S3Kind;
  private child: GuardedChild | null = null;
  private output = '';

  private constructor(kind: S3Kind, settings: S3ServerSettings) {
    this.kind = kind;
    this.settings = settings;
  }

  get endpoint(): string {
    const { certificates, port } = this.settings;
    return `${certificates === undefined ? 'http' : 'https'}://127.0.0.1:${port}`;
  }

  get pid(): number | null {
    return this.child?.pid ?? null;
  }

  /** It has not ended, by itself or by us. */
  get running(): boolean {
    return this.child?.status === null;
  }

  /** Resolves to how it ends, by itself or by a signal; null when it does not run. */
  async exited(): Promise<ExitStatus | null> {
    return (await this.child?.exited()) ?? null;
  }

  /** On the same directory and port, after `stop` or `kill9`. */
  async start(): Promise<void> {
    const { settings, kind } = this;
    await mkdir(settings.directory, { recursive: true });
    if (settings.usersDirectory !== undefined) await mkdir(settings.usersDirectory, { recursive: true });
    this.output = '';
    this.child = await GuardedChild.spawn(settings.binary, kind.arguments(settings), {
      environment: { PATH: '/usr/bin:/bin', HOME: settings.directory, ...kind.environment(settings) },
      onOutput: (text) => (this.output = (this.output + text).slice(-outputKept)),
    });
    try {
      await this.awaitReady(this.child);
    } catch (error) {
      await this.kill9();
      throw error;
    }
  }

  /** Stops it in between, as if the machine did not schedule it any more: its connections stay open. */
  freeze(): void {
    this.child?.signal('SIGSTOP');
  }

  thaw(): void {
    this.child?.signal('SIGCONT');
  }

  async kill9(): Promise<void> {
    await this.child?.kill9();
    this.child = null;
  }

  async stop(): Promise<void> {
    this.thaw();
    this.child?.signal('SIGTERM');
    await this.child?.exited();
    this.child = null;
  }

  private async awaitReady(child: GuardedChild): Promise<void> {
    const { kind, endpoint } = this;
    const answer = await eventually(
      async () => (child.status === null ? (await isReady(endpoint + kind.readyPath)) && 'ready' : 'ended'),
      { deadlineMs: startDeadlineMs, pauseMs: 50, describe: `${kind.name} to serve at ${endpoint}` },
    );
    if (answer === 'ended') throw new Error(`${kind.name} ended at its start:\n${this.output}`);
  }
}

/** Whatever answers; the certificate is for others to check. */
function isReady(url: string): Promise<boolean> {
  const options = { rejectUnauthorized: false, agent: false, timeout: 2000 } as const;
  return new Promise((resolve) => {
    const answer = (response: IncomingMessage): void => {
      response.resume();
      resolve(response.statusCode === 200);
    };
    const request = url.startsWith('https:') ? overTls(url, options, answer) : plain(url, options, answer);
    const failed = (): void => {
      request.destroy();
      resolve(false);
    };
    request.on('timeout', failed).on('error', failed).end();
  });
}
