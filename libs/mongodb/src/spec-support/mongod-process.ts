import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DirectConnection } from '../connection/direct-connection.js';

export interface MongodOptions {
  /** Starts a member of this set (not initiated); without it a standalone. */
  readonly replicaSet?: string;
  readonly arguments?: readonly string[];
  /** The set is the config server of a cluster; `arguments` has to say so too. */
  readonly configServer?: true;
}

/** A mongod of a spec's own: loopback, temporary directory, ended by its pid. */
export class MongodProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly directory: string,
    readonly port: number,
  ) {}

  static async start(binary: string, options: MongodOptions = {}): Promise<MongodProcess> {
    const directory = await mkdtemp(join(tmpdir(), 'hw-mongodb-'));
    const port = await freePort();
    const child = spawn(
      binary,
      [
        ...['--dbpath', directory, '--port', String(port), '--bind_ip', '127.0.0.1'],
        ...['--unixSocketPrefix', directory, '--logpath', join(directory, 'log')],
        ...['--wiredTigerCacheSizeGB', '0.25', '--setParameter', 'diagnosticDataCollectionEnabled=false'],
        ...(options.replicaSet === undefined ? [] : ['--replSet', options.replicaSet]),
        ...(options.arguments ?? []),
      ],
      { stdio: 'ignore' },
    );
    const mongod = new MongodProcess(child, directory, port);
    try {
      await mongod.checkOwn();
    } catch (error) {
      const log = await readFile(join(directory, 'log'), 'utf8').catch(() => '');
      await mongod.stop();
      throw new Error(`mongod did not start: ${log.split('\n').slice(-5).join('\n')}`, { cause: error });
    }
    return mongod;
  }

  /** `host:port`. */
  get address(): string {
    return `127.0.0.1:${String(this.port)}`;
  }

  get uri(): string {
    return `mongodb://${this.address}/`;
  }

  get socketPath(): string {
    return join(this.directory, `mongodb-${String(this.port)}.sock`);
  }

  connect(): Promise<DirectConnection> {
    return DirectConnection.open({ socketPath: this.socketPath });
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const gone = once(this.child, 'exit');
      this.child.kill('SIGKILL');
      await gone;
    }
    await rm(this.directory, { recursive: true, force: true });
  }

  /** A port that was taken in the meantime would hand us somebody else's mongod. */
  private async checkOwn(): Promise<void> {
    const connection = await DirectConnection.open(this.uri, { connectMillis: 30_000 });
    try {
      // An arbiter or a node with users answers this one too.
      const { pid } = (await connection.command('admin', { serverStatus: 1 }).catch(() => ({}))) as {
        pid?: number;
      };
      if (pid !== undefined && pid !== this.child.pid) {
        throw new Error(`another mongod answers on port ${String(this.port)}`);
      }
    } finally {
      await connection.close();
    }
  }
}

/** One member, primary when this resolves. */
export async function startOneMemberSet(binary: string, options: MongodOptions = {}): Promise<MongodProcess> {
  const replicaSet = options.replicaSet ?? 'rs0';
  const mongod = await MongodProcess.start(binary, { ...options, replicaSet });
  const connection = await mongod.connect();
  const members = [{ _id: 0, host: mongod.address }];
  const role = options.configServer === true ? { configsvr: true } : {};
  await connection.command('admin', { replSetInitiate: { _id: replicaSet, members, ...role } });
  await until(async () => (await connection.command('admin', { hello: 1 }))['isWritablePrimary'] === true);
  await connection.close();
  return mongod;
}

/** Asks again until true; fails after `millis`. */
export async function until(condition: () => Promise<boolean>, millis = 30_000): Promise<void> {
  const end = performance.now() + millis;
  while (!(await condition())) {
    if (performance.now() > end) {
      throw new Error('the condition did not come true in time');
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
