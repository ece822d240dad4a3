import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@headwater/clock';
import { eventually, temporaryDirectory, type TemporaryDirectory } from '@headwater/testing';
import { ServiceLog } from './service-log.js';
import { describeExit, ServiceProcess } from './service-process.js';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('ServiceProcess', () => {
  let folder: TemporaryDirectory;
  beforeEach(async () => {
    folder = await temporaryDirectory();
  });
  afterEach(() => folder.remove());

  async function start(text: string): Promise<ServiceProcess> {
    const program = join(folder.path, 'main.js');
    writeFileSync(program, text);
    const log = await ServiceLog.open(join(folder.path, 'logs', 'spec.log'));
    return ServiceProcess.start({
      name: 'spec',
      program,
      environment: { GREETING: 'hello' },
      log,
      clock: systemClock,
    });
  }

  it('runs with its environment alone, writes to its log, and stops in order', async () => {
    const service = await start(`
      process.on('SIGTERM', () => { console.error('stopped in order'); process.exit(0); });
      setInterval(() => undefined, 1000);
      console.log(process.env.GREETING, process.env.PATH);`);
    await eventually(async () => (await service.log.lastLines(1))[0] === 'hello undefined');
    await service.stop();
    expect(service.exit).toEqual({ code: 0, signal: null });
    expect(service.asked).toBe(true);
    await expect(service.log.lastLines(1)).resolves.toEqual(['stopped in order']);
  });

  it('takes what it has started along when it is killed', async () => {
    const service = await start(`
      const { spawn } = require('node:child_process');
      console.log(spawn('/bin/sleep', ['600'], { stdio: 'ignore' }).pid);
      setInterval(() => undefined, 1000);`);
    const child = Number(await eventually(async () => (await service.log.lastLines(1))[0]));
    expect(isAlive(child)).toBe(true);
    process.kill(service.pid, 'SIGKILL');
    const exit = await service.ended;
    expect(service.asked).toBe(false);
    expect(describeExit(exit)).toBe('signal SIGKILL');
    await eventually(() => !isAlive(child));
  });
});

/** Starts a child and its guard as the launcher would, and lives on until it is killed. */
const launcher = `
  import { spawn } from 'node:child_process';
  import { guard } from ${JSON.stringify(join(__dirname, 'guard.ts'))};
  const child = spawn('/bin/sleep', ['600'], { detached: true, stdio: 'ignore' });
  guard(child.pid);
  console.log(child.pid);
  setInterval(() => undefined, 1000);`;

describe('guard', () => {
  it('ends the service of a launcher that was killed', async () => {
    const killed = spawn(process.execPath, ['--input-type=module', '--eval', launcher], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [output] = (await once(killed.stdout, 'data')) as [Buffer];
    const pid = Number(output.toString());
    expect(isAlive(pid)).toBe(true);
    killed.kill('SIGKILL');
    await eventually(() => !isAlive(pid));
  });
});
