import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const root = join(__dirname, '../../../..');
const fixture = join(__dirname, 'process-fixture.cjs');

type Line = Readonly<Record<string, unknown>>;

/** A service on the built kit, in a process of its own. */
class ServiceProcess {
  readonly lines: Line[] = [];
  readonly stderr: Promise<string>;
  private readonly child: ChildProcess;
  private readonly exited: Promise<number | string>;

  constructor(environment: Record<string, string>) {
    const child = spawn('node', [fixture], {
      env: { PATH: process.env['PATH'], ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    this.stderr = text(child.stderr);
    this.exited = once(child, 'close').then(
      ([code, signal]: unknown[]) => (code ?? signal) as number | string,
    );
    let rest = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const parts = (rest + chunk.toString()).split('\n');
      rest = parts.pop() ?? '';
      this.lines.push(...parts.map((part) => JSON.parse(part) as Line));
      child.emit('line');
    });
  }

  /** The first line of that kind; rejects when the process ends without one. */
  async logged(logId: string): Promise<Line> {
    for (;;) {
      const line = this.lines.find((candidate) => candidate['logId'] === logId);
      if (line !== undefined) return line;
      const ended = this.exited.then((code) => {
        throw new Error(`ended with ${code} before ${logId}: ${JSON.stringify(this.lines)}`);
      });
      await Promise.race([once(this.child, 'line'), ended]);
    }
  }

  /** In the order they were written. */
  get logIds(): unknown[] {
    return this.lines.map((line) => line['logId']).filter((logId) => logId !== 'nest');
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** The exit code, or the signal that ended it. */
  ended(): Promise<number | string> {
    return this.exited;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }
}

describe('a service as a process', () => {
  const started: ServiceProcess[] = [];
  const start = (environment: Record<string, string> = {}) => {
    const service = new ServiceProcess({ HEADWATER_INGEST_PORT: '0', ...environment });
    started.push(service);
    return service;
  };

  beforeAll(() => {
    execFileSync(join(root, 'node_modules/.bin/tsc'), [
      '-b',
      join(root, 'libs/service-kit/tsconfig.build.json'),
    ]);
  });
  afterEach(() => {
    for (const service of started.splice(0)) service.kill();
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('drains, closes and ends with 0 at %s', async (signal) => {
    const service = start();
    await service.logged('service.started');
    service.signal(signal);
    service.signal(signal);
    expect(await service.ended()).toBe(0);
    expect(service.logIds).toEqual([
      'service.starting',
      'service.listening',
      'fixture.started',
      'service.started',
      'service.stopping',
      'fixture.drained',
      'fixture.closed',
      'service.stopped',
    ]);
    expect(await service.stderr).toBe('');
  });

  it('says at its start what it is set to, without secrets', async () => {
    const service = start({ HEADWATER_MONGODB_URI: 'mongodb://root:hunter2@localhost' });
    const line = await service.logged('service.starting');
    expect(line['config']).toMatchObject({ HEADWATER_HOST: '127.0.0.1', HEADWATER_MONGODB_URI: '[secret]' });
  });

  it('stops in order when asked while it starts', async () => {
    const service = start({ FIXTURE: 'endless-start' });
    await service.logged('fixture.started');
    service.signal('SIGTERM');
    expect(await service.ended()).toBe(0);
    expect(service.logIds.slice(-2)).toEqual(['fixture.closed', 'service.stopped']);
  });

  it('ends with 1 when it cannot drain', async () => {
    const service = start({ FIXTURE: 'bad-drain' });
    await service.logged('service.started');
    service.signal('SIGTERM');
    expect(await service.ended()).toBe(1);
    expect(service.logIds.slice(-2)).toEqual(['fixture.closed', 'service.stop-failed']);
  });

  it('gives up a stop that takes too long, and says so', async () => {
    const service = start({ FIXTURE: 'endless-drain' });
    await service.logged('service.started');
    service.signal('SIGTERM');
    expect(await service.ended()).toBe(1);
    expect(service.logIds.at(-1)).toBe('service.stop-broken-off');
  });

  it('tells in one line which variable is wrong, without a stack', async () => {
    const service = start({
      HEADWATER_INGEST_PORT: 'http',
      HEADWATER_MONGODB_URI: 'mongodb://root:hunter2@localhost',
    });
    expect(await service.ended()).toBe(1);
    expect(await service.stderr).toBe(
      'ingest: HEADWATER_INGEST_PORT="http" must be a whole number from 0 to 65535. Port to listen on. ' +
        '(KIT-10001: Correct the HEADWATER_* variables that the message names and start the service again.)\n',
    );
    expect(service.lines).toMatchObject([
      { level: 'fatal', logId: 'service.start-failed', err: { code: 'KIT-10001' } },
    ]);
  });

  it('tells in one line which variable moves it off a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const port = String((other.address() as AddressInfo).port);
    const service = start({ HEADWATER_INGEST_PORT: port });
    expect(await service.ended()).toBe(1);
    other.close();
    const stderr = await service.stderr;
    expect(stderr).toContain(
      `port ${port} on 127.0.0.1 is taken by another process: set HEADWATER_INGEST_PORT`,
    );
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(service.logIds).toEqual(['service.starting', 'service.start-failed', 'fixture.closed']);
  });

  it('shows the stack of a failure that nobody foresaw', async () => {
    const service = start({ FIXTURE: 'bad-module' });
    expect(await service.ended()).toBe(1);
    expect(await service.stderr).toMatch(/^ingest: TypeError: .*\n\s+at .*process-fixture/);
  });

  it.each(['exception', 'rejection'])('logs an uncaught %s and ends with 1', async (kind) => {
    const service = start({ FIXTURE: `uncaught-${kind}` });
    expect(await service.ended()).toBe(1);
    expect(service.lines.at(-1)).toMatchObject({
      level: 'fatal',
      logId: 'process.uncaught-error',
      err: { message: 'nobody caught this', stack: expect.stringContaining('process-fixture') as string },
    });
  });
});
