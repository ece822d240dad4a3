import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { processEnvironment } from '@headwater/service-kit/process';
import { eventually } from '../eventually.js';
import { temporaryDirectory, type TemporaryDirectory } from '../temporary-directory.js';
import { runService } from './service.js';

/** A service in little: ready after a moment, logs JSON, drains on SIGTERM. */
const program = `
  const log = (fields) => console.log(JSON.stringify(fields));
  const { HEADWATER_TOY_SERVICE_PORT: port, HEADWATER_MODE: mode } = process.env;
  if (mode === 'broken') { console.error('no store here'); process.exit(2); }
  let ready = false;
  setTimeout(() => { ready = true; }, 100);
  require('node:http').createServer((request, response) => {
    response.statusCode = request.url === '/readyz' && ready ? 200 : 503;
    response.end();
  }).listen(Number(port), '127.0.0.1', () => log({ logId: 'listening', names: Object.keys(process.env), environment: process.env }));
  process.on('SIGTERM', () => {
    if (mode === 'stubborn') return;
    log({ logId: 'drained' });
    process.exit(0);
  });
`;

describe('runService', () => {
  let directory: TemporaryDirectory;
  let entry: string;

  beforeAll(async () => {
    directory = await temporaryDirectory();
    entry = join(directory.path, 'toy-service', 'main.js');
    await mkdir(join(directory.path, 'toy-service'));
    await writeFile(entry, program);
  });
  afterAll(() => directory.remove());

  it('gives a service that is ready, and its logs and exit code after it has drained', async () => {
    const service = await runService({ entry, env: { HEADWATER_HOST: '127.0.0.1' } });
    expect(service.name).toBe('toy-service');
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200);

    const stopped = await service.stop();
    expect(stopped.code).toBe(0);
    expect(stopped.logs.at(-1)).toEqual({ logId: 'drained' });
  });

  it('gives the service the variables it was told and none of the tests', async () => {
    process.env['HEADWATER_FROM_THE_TEST'] = 'no';
    const service = await runService({ entry, env: { HEADWATER_HOST: '127.0.0.1' } });
    delete process.env['HEADWATER_FROM_THE_TEST'];
    const names = (service.logs[0]?.['names'] as string[]).filter((name) => name.startsWith('HEADWATER_'));
    expect(names.sort()).toEqual(['HEADWATER_HOST', 'HEADWATER_TOY_SERVICE_PORT']);
    await service.stop();
  });

  it('starts an agent with the variables that its runtime needs, unless told otherwise', async () => {
    const agent = join(directory.path, 'agent', 'main.js');
    await mkdir(join(directory.path, 'agent'), { recursive: true });
    await writeFile(agent, program.replace('HEADWATER_TOY_SERVICE_PORT', 'HEADWATER_AGENT_PORT'));
    const service = await runService({ entry: agent, env: { MALLOC_ARENA_MAX: '3' } });
    expect(service.logs[0]?.['environment']).toMatchObject({
      ...processEnvironment('agent'),
      MALLOC_ARENA_MAX: '3',
    });
    await service.stop();
  });

  it('says why a service did not start', async () => {
    const attempt = runService({ entry, env: { HEADWATER_MODE: 'broken' } });
    await expect(attempt).rejects.toThrow(/toy-service ended at its start: .*"code":2.*\n.*no store here/);
  });

  it('kills without any drain', async () => {
    const service = await runService({ entry, env: {} });
    const { signal, logs } = await service.kill9();
    expect(signal).toBe('SIGKILL');
    expect(logs).not.toContainEqual({ logId: 'drained' });
    await expect(fetch(`${service.url}/readyz`)).rejects.toThrow();
  });

  it('does not leave behind a service that ignores SIGTERM', async () => {
    const service = await runService({ entry, env: { HEADWATER_MODE: 'stubborn' }, stopDeadlineMs: 100 });
    await expect(service.stop()).rejects.toThrow('toy-service to end after SIGTERM');
    await eventually(() => service.status?.signal === 'SIGKILL');
  });
});
