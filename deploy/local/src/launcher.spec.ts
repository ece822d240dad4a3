import { EventEmitter } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory, type TemporaryDirectory } from '@headwater/testing';
import { DataDirectory } from './data-directory/data-directory.js';
import { launch } from './launcher.js';

type Host = Parameters<typeof launch>[0];

class Output extends EventEmitter {
  text = '';

  write(text: string): boolean {
    this.text += text;
    return true;
  }
}

describe('launch', () => {
  let folder: TemporaryDirectory;
  beforeEach(async () => {
    folder = await temporaryDirectory();
  });
  afterEach(() => folder.remove());

  async function launched(...args: string[]) {
    const [stdout, stderr] = [new Output(), new Output()];
    const signals = new EventEmitter();
    const given = { pid: 1, ppid: 1, env: {}, argv: ['node', 'main.js', ...args], stdout, stderr };
    const host = Object.assign(signals, given) as unknown as Host;
    const exitCode = await launch(host, '/nowhere');
    return { exitCode, stdout: stdout.text, stderr: stderr.text };
  }

  it('explains itself', async () => {
    const { exitCode, stdout } = await launched('--help');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('--data-dir DIR');
  });

  it('refuses an unknown option with its usage, and for programs with one JSON object', async () => {
    const people = await launched('--onec');
    expect(people).toMatchObject({ exitCode: 1, stdout: '' });
    expect(people.stderr).toMatch(/^Unknown option '--onec'\n[^]*Usage: /);
    const program = await launched('--json', '--onec');
    expect(program).toMatchObject({ exitCode: 1, stderr: '' });
    expect(JSON.parse(program.stdout)).toMatchObject({
      step: 'result',
      state: 'failed',
      code: 'LAUNCHER-10001',
    });
  });

  it('fails on a data directory that is in use, and leaves it alone', async () => {
    const other = await DataDirectory.open(folder.path, 4711);
    const { exitCode, stdout } = await launched('--once', '--data-dir', folder.path);
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`FAILED: ${folder.path} is in use by another \`npm start\` (process 4711)`);
    expect(stdout).toContain('What to do: Stop the other one');
    other.release();
  });

  it('says why a replica set cannot be protected, without its password', async () => {
    const directory = join(folder.path, 'data');
    const uri = 'mongodb://root:hunter2@127.0.0.1:1/?replicaSet=rs0';
    const { exitCode, stdout, stderr } = await launched(
      '--once',
      '--json',
      '--data-dir',
      directory,
      '--uri',
      uri,
    );
    expect(exitCode).toBe(1);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const lasting = lines.filter(({ state }) => state !== 'progress');
    expect(lasting.map(({ step, state }) => `${String(step)} ${String(state)}`)).toEqual([
      'data-directory started',
      'data-directory done',
      'source started',
      'source failed',
      'stop started',
      'stop done',
      'result failed',
    ]);
    expect(lines.at(-1)).toMatchObject({ code: 'MONGODB-10002', dataDirectory: directory });
    expect(stdout + stderr).not.toContain('hunter2');
    expect(readdirSync(directory).sort()).toEqual(['launcher.json', 'launcher.lock']);
  });
});
