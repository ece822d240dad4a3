import { mkdir, open } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { eventually } from '../eventually.js';
import { mongoClient } from '../mongo-client.js';
import { GuardedChild, type ExitStatus } from '../processes/guarded-child.js';

export interface MongodSettings {
  /** Path of the executable. */
  readonly binary: string;
  /** Data directory; made if it is missing. The log goes to mongod.log in it. */
  readonly directory: string;
  /** On 127.0.0.1. */
  readonly port: number;
  /** WiredTiger's cache; a mongod takes no less than 256. */
  readonly cacheMiB: number;
  readonly parameters: Readonly<Record<string, string | number | boolean>>;
  readonly arguments?: readonly string[];
}

const startDeadlineMs = 90_000;

/** A running mongod on TCP that is certainly ours: the pid it reports is the child's. */
export class MongodProcess {
  /**
   * Resolves when it answers. Quick to stop: the grace that a signalled mongod gives its clients is turned off.
   *
   * @throws PortTaken when somebody else listens on the port; Error with the end of the log when it ends or hangs.
   */
  static async start(settings: MongodSettings): Promise<MongodProcess> {
    await mkdir(settings.directory, { recursive: true });
    const child = await GuardedChild.spawn(settings.binary, argumentsOf(settings));
    const mongod = new MongodProcess(settings, child);
    try {
      await mongod.awaitAnswer();
      return mongod;
    } catch (error) {
      await child.kill9();
      throw error;
    }
  }

  private constructor(
    private readonly settings: MongodSettings,
    private readonly child: GuardedChild,
  ) {}

  get pid(): number {
    return this.child.pid;
  }

  get running(): boolean {
    return this.child.status === null;
  }

  /** The driver's address of this one mongod, whatever set it belongs to. */
  get directUri(): string {
    return `mongodb://127.0.0.1:${this.settings.port}/?directConnection=true`;
  }

  /** Stops it in between, as if the machine did not schedule it any more: its connections stay open. */
  freeze(): void {
    this.child.signal('SIGSTOP');
  }

  thaw(): void {
    this.child.signal('SIGCONT');
  }

  async kill9(): Promise<void> {
    await this.child.kill9();
  }

  /**
   * Clean shutdown; nothing happens when it has ended.
   *
   * @throws Error when it does not end with exit code 0.
   */
  async stop(): Promise<void> {
    if (!this.running) return;
    this.thaw();
    this.child.signal('SIGTERM');
    const status = await this.child.exited();
    if (status.code !== 0) throw await this.failure(`did not stop cleanly: ${shown(status)}`);
  }

  private async awaitAnswer(): Promise<void> {
    const { port, directory } = this.settings;
    const answer = await eventually(
      async () => (this.running ? await pidBehind(port, this.directUri) : 'ended'),
      {
        deadlineMs: startDeadlineMs,
        pauseMs: 25,
        describe: `mongod on ${directory} to answer on port ${port}`,
      },
    );
    if (answer === this.pid) return;
    if (answer !== 'ended') throw new PortTaken(port, answer);
    const status = await this.child.exited();
    if (status.code === addressInUse) throw new PortTaken(port);
    throw await this.failure(`ended at its start: ${shown(status)}`);
  }

  private async failure(what: string): Promise<Error> {
    const { directory } = this.settings;
    return new Error(`mongod on ${directory} ${what}\n${await tailOf(join(directory, 'mongod.log'))}`);
  }
}

/** mongod's exit code when it cannot bind its port. */
const addressInUse = 48;

/** Another process has the port. */
export class PortTaken extends Error {
  constructor(port: number, pid?: number) {
    super(`port ${port} is taken${pid === undefined ? '' : ` by the mongod with pid ${pid}`}`);
  }
}

function argumentsOf(settings: MongodSettings): string[] {
  const parameters = {
    diagnosticDataCollectionEnabled: false,
    shutdownTimeoutMillisForSignaledShutdown: 100,
    ...settings.parameters,
  };
  return [
    ...['--dbpath', settings.directory],
    ...['--bind_ip', '127.0.0.1', '--port', String(settings.port), '--nounixsocket'],
    ...['--logpath', join(settings.directory, 'mongod.log'), '--logappend'],
    ...['--wiredTigerCacheSizeGB', String(Math.max(settings.cacheMiB, 256) / 1024)],
    ...Object.entries(parameters).flatMap(([name, value]) => ['--setParameter', `${name}=${String(value)}`]),
    ...(settings.arguments ?? []),
  ];
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (listening: boolean) => () => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', answer(true));
    socket.once('error', answer(false));
  });
}

/** The pid of the mongod that answers, null when nobody listens. */
async function pidBehind(port: number, uri: string): Promise<number | null> {
  if (!(await listens(port))) return null;
  const client = mongoClient(uri, { serverSelectionTimeoutMS: 5000 });
  try {
    const { pid } = await client.db('admin').command({ serverStatus: 1 });
    return Number(pid);
  } finally {
    await client.close();
  }
}

/** The lines of the log that say why: fatal ones and errors, else the last ones. */
async function tailOf(log: string): Promise<string> {
  const lines = (await readEnd(log, 256 * 1024)).split('\n');
  const bad = lines.filter((line) => /"s":"[FE]"|assert/i.test(line));
  return (bad.length > 0 ? bad : lines)
    .slice(-8)
    .map((line) => line.slice(0, 600))
    .join('\n');
}

async function readEnd(path: string, bytes: number): Promise<string> {
  const file = await open(path).catch(() => undefined);
  if (file === undefined) return '(no log)';
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(bytes),
      position: Math.max(0, size - bytes),
    });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

function shown(status: ExitStatus): string {
  return status.signal === null ? `exit code ${String(status.code)}` : `signal ${status.signal}`;
}
