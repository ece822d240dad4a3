import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { eventually } from '../eventually.js';
import { GuardedChild } from './guarded-child.js';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Starts a child as a spec would, tells its pid and lives on. */
const parentProgram = `
  import { GuardedChild } from ${JSON.stringify(join(__dirname, 'guarded-child.ts'))};
  const child = await GuardedChild.spawn('/bin/sleep', ['600']);
  console.log(child.pid);
  setInterval(() => undefined, 1000);
`;

describe('GuardedChild', () => {
  it('tells how the child ended, after all of its output', async () => {
    let output = '';
    const child = await GuardedChild.spawn('/bin/sh', ['-c', 'echo out; echo err >&2; exit 3'], {
      onOutput: (text, stream) => (output += `${stream}:${text}`),
    });
    await expect(child.exited()).resolves.toEqual({ code: 3, signal: null });
    expect(output).toContain('stdout:out\n');
    expect(output).toContain('stderr:err\n');
    expect(child.status).toEqual({ code: 3, signal: null });
  });

  it('gives the child the environment it was told and no other', async () => {
    let output = '';
    const child = await GuardedChild.spawn('/usr/bin/env', [], {
      environment: { HEADWATER_HOST: '127.0.0.1' },
      onOutput: (text) => (output += text),
    });
    await child.exited();
    expect(output).toBe('HEADWATER_HOST=127.0.0.1\n');
  });

  it('kills with SIGKILL, also a child that was stopped in between', async () => {
    const child = await GuardedChild.spawn('/bin/sleep', ['600']);
    child.signal('SIGSTOP');
    await expect(child.kill9()).resolves.toEqual({ code: null, signal: 'SIGKILL' });
    expect(isAlive(child.pid)).toBe(false);
  });

  it('refuses a command that does not exist', async () => {
    await expect(GuardedChild.spawn('/no/such/command', [])).rejects.toThrow('cannot start /no/such/command');
  });

  it('ends the child when the process that started it is killed', async () => {
    const parent = spawn(
      process.execPath,
      ['--experimental-transform-types', '--input-type=module', '-e', parentProgram],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    const pid = await new Promise<number>((resolve) => {
      parent.stdout.once('data', (text: Buffer) => {
        resolve(Number(text.toString()));
      });
    });
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await eventually(() => !isAlive(pid), { describe: `the orphaned child ${pid} to die` });
  });
});
