import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, temporaryDirectory, testMongod, type TemporaryDirectory } from '@headwater/testing';
import type { MongodBinary } from '../binary/mongod-binary.js';
import { gone, isAlive, listeningPorts, Other } from '../spec-support/processes.js';
import { Mongod } from './mongod.js';
import { withMongod } from './session.js';

describe('Mongod', () => {
  let binary: MongodBinary;
  let temporary: TemporaryDirectory;
  let directory: string;
  const running: Mongod[] = [];
  const others: Other[] = [];

  beforeAll(async () => {
    binary = await testMongod();
  });
  beforeEach(async () => {
    temporary = await temporaryDirectory();
    directory = join(temporary.path, 'data');
  });
  afterEach(async () => {
    await Promise.all(others.splice(0).map((other) => other.end('SIGKILL')));
    await Promise.all(running.splice(0).map((mongod) => mongod.kill()));
    await temporary.remove();
  });

  const start = async (
    ...[mode, options]: [mode?: 'append' | 'inspect', options?: object]
  ): Promise<Mongod> => {
    const mongod = await Mongod.start(binary, directory, mode ?? 'append', options);
    running.push(mongod);
    return mongod;
  };
  /** A mongod of another process, on the same directory; `then` is what that process does next. */
  const startElsewhere = async (then: string): Promise<{ other: Other; pid: number }> => {
    const other = await Other.run(`
      const mongod = await lib.Mongod.start(${JSON.stringify(binary)}, ${JSON.stringify(directory)}, 'append');
      console.log(mongod.pid);
      ${then}`);
    others.push(other);
    return { other, pid: Number(other.answer) };
  };
  const socketDirectories = async (owner = process.pid): Promise<string[]> =>
    (await readdir(tmpdir())).filter((name) => name.startsWith(`hw-${String(owner)}-`));

  it('listens on a socket of its own and on no port, and leaves clean files and nothing else behind', async () => {
    const before = await socketDirectories();
    const mongod = await start();
    expect(await listeningPorts(mongod.pid)).toBe(0);
    expect(await mongod.connection.command('admin', { ping: 1 })).toMatchObject({ ok: 1 });
    expect(await socketDirectories()).toHaveLength(before.length + 1);
    await mongod.stop();
    expect(await isAlive(mongod.pid)).toBe(false);
    expect(await readFile(join(directory, 'mongod.lock'), 'utf8')).toBe('');
    expect(await socketDirectories()).toEqual(before);
    await mongod.stop();
  });

  it('opens a directory whose mongod was killed, with everything that was journaled', async () => {
    const first = await start();
    await first.connection.command('db', {
      insert: 'c',
      documents: [{ _id: 1 }],
      writeConcern: { w: 1, j: true },
    });
    await first.kill();
    expect(await readFile(join(directory, 'mongod.lock'), 'utf8')).not.toBe('');
    const second = await start('inspect');
    const { cursor } = await second.connection.command('db', { find: 'c' });
    expect(cursor).toMatchObject({ firstBatch: [{ _id: 1 }] });
    await second.stop();
  });

  it('ends the mongod of a process that was killed, before it takes the directory over', async () => {
    const { other, pid } = await startElsewhere('setInterval(() => undefined, 1000);');
    await other.end('SIGKILL');
    expect(await isAlive(pid)).toBe(true);
    const mongod = await start();
    expect(await isAlive(pid)).toBe(false);
    expect(await socketDirectories(other.child.pid)).toEqual([]);
    await mongod.stop();
  });

  it('leaves the mongod of a living process alone, and says whose it is', async () => {
    const { other, pid } = await startElsewhere('setInterval(() => undefined, 1000);');
    await expect(start()).rejects.toMatchObject({
      code: 'MONGOD-10005',
      message: expect.stringContaining(
        `process ${String(other.child.pid)} (mongod pid ${String(pid)})`,
      ) as string,
    });
    expect(await isAlive(pid)).toBe(true);
    await other.end('SIGTERM');
    await gone(pid);
  });

  it('leaves a mongod that Headwater did not start alone', async () => {
    const socket = join(temporary.path, 's');
    const foreign = await Other.run(`
      import { spawn } from 'node:child_process';
      import { mkdirSync } from 'node:fs';
      mkdirSync(${JSON.stringify(directory)});
      mkdirSync(${JSON.stringify(socket)});
      const args = ['--dbpath', ${JSON.stringify(directory)}, '--bind_ip', ${JSON.stringify(`${socket}/m.sock`)}, '--unixSocketPrefix', ${JSON.stringify(socket)}];
      const child = spawn(${JSON.stringify(binary.path)}, args, { stdio: ['ignore', 'pipe', 'ignore'] });
      process.on('SIGTERM', () => { child.kill('SIGKILL'); process.exit(0); });
      child.stdout.on('data', (text) => { if (String(text).includes('Waiting for connections')) console.log(child.pid); });`);
    others.push(foreign);
    await expect(start()).rejects.toMatchObject({ code: 'MONGOD-10005' });
    expect(await isAlive(Number(foreign.answer))).toBe(true);
    await foreign.end('SIGTERM');
    await gone(Number(foreign.answer));
  });

  it('waits for the lock of a process that is on its way out, and not for ever', async () => {
    await (await start()).stop();
    const lock = join(directory, 'mongod.lock');
    const hold = async (seconds: string): Promise<ChildProcess> => {
      const holder = spawn(
        'flock',
        ['--no-fork', '-x', lock, 'sh', '-c', `echo held; exec sleep ${seconds}`],
        {
          stdio: 'pipe',
        },
      );
      await once(holder.stdout, 'data');
      return holder;
    };
    await hold('1');
    await (await start()).stop();
    const holder = await hold('60');
    await expect(start('append', { lockMillis: 500 })).rejects.toMatchObject({
      code: 'MONGOD-10005',
      message: expect.stringContaining('DBPathInUse') as string,
    });
    holder.kill('SIGKILL');
  });

  it.each([
    ['exits', 'setTimeout(() => process.exit(0), 100);', null],
    ['throws', 'setTimeout(() => { throw new Error("expected by this spec"); }, 100);', null],
    ['is terminated', 'setInterval(() => undefined, 1000);', 'SIGTERM'],
    ['is interrupted', 'setInterval(() => undefined, 1000);', 'SIGINT'],
  ] as const)('does not outlive a process that %s', async (_how, then, signal) => {
    const { other, pid } = await startElsewhere(then);
    if (signal !== null) await other.end(signal);
    await gone(pid);
    await eventually(async () => (await socketDirectories(other.child.pid)).length === 0);
    expect(other.child.signalCode).toBe(signal);
  });

  it('goes on while a process that handles a signal itself drains', async () => {
    const { other, pid } = await startElsewhere(`
      process.on('SIGTERM', async () => { await mongod.stop(); process.exit(0); });
      setInterval(() => undefined, 1000);`);
    await other.end('SIGTERM');
    expect(await isAlive(pid)).toBe(false);
    expect(await readFile(join(directory, 'mongod.lock'), 'utf8')).toBe('');
  });

  it('says what the log says when it does not start, and where the log is', async () => {
    await (await start()).stop();
    await writeFile(join(directory, 'WiredTiger.turtle'), 'broken');
    const before = await socketDirectories();
    await expect(start()).rejects.toMatchObject({
      code: 'MONGOD-10006',
      message: expect.stringMatching(/did not start: .*data\.mongod\.log says:\n.*WiredTiger/s) as string,
    });
    expect(await socketDirectories()).toEqual(before);
  });

  it('tells that mongod ended by itself when work fails because of it', async () => {
    const work = withMongod({ binary, directory, mode: 'append' }, async (mongod) => {
      process.kill(mongod.pid, 'SIGKILL');
      await mongod.connection.command('admin', { ping: 1 });
    });
    await expect(work).rejects.toMatchObject({
      code: 'MONGOD-10008',
      message: expect.stringContaining('ended by itself with signal SIGKILL') as string,
    });
  });

  it('kills it when work fails, and passes the failure on', async () => {
    let pid = 0;
    const work = withMongod({ binary, directory, mode: 'append' }, (mongod) => {
      pid = mongod.pid;
      return Promise.reject(new Error('no'));
    });
    await expect(work).rejects.toThrow('no');
    expect(await isAlive(pid)).toBe(false);
  });

  it('is killed when its signal is aborted, is gone then, and says the reason of the signal', async () => {
    const stop = new AbortController();
    const options = { binary, directory, mode: 'append', signal: stop.signal } as const;
    let isGone = false;
    const work = withMongod(options, (mongod) => {
      void mongod.ended.then(() => (isGone = true));
      stop.abort(new Error('stopping'));
      return Promise.reject(new Error('no'));
    });
    await expect(work).rejects.toThrow('stopping');
    expect(isGone).toBe(true);
    const again = Mongod.start(binary, directory, 'append', {
      signal: AbortSignal.abort(new Error('stopped')),
    });
    await expect(again).rejects.toThrow('stopped');
    expect(existsSync(directory)).toBe(true);
  });

  it('tells of a mongod that did not stop cleanly', async () => {
    const mongod = await start();
    process.kill(mongod.pid, 'SIGKILL');
    await expect(mongod.stop()).rejects.toMatchObject({ code: 'MONGOD-10009' });
  });
});
