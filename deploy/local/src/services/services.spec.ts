import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '@headwater/clock';
import type { HeadwaterError } from '@headwater/errors';
import { eventually, temporaryDirectory, type TemporaryDirectory } from '@headwater/testing';
import { serviceFacts, serviceNames } from './service-names.js';
import { Services } from './services.js';

/** Listens and logs as a service does, and notes in which order the services stop. */
const program = `
const { appendFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { NAME, PORT_VARIABLE, STOPS } = process.env;
const server = createServer((request, response) => response.end('{}'));
server.on('error', (error) => {
  console.log(JSON.stringify({ level: 'fatal', msg: 'cannot start', err: { message: error.message, code: 'KIT-10002' } }));
  process.exit(1);
});
server.listen(Number(process.env[PORT_VARIABLE]), '127.0.0.1', () => {
  console.log(JSON.stringify({ logId: 'service.listening', msg: 'listening' }));
});
process.on('SIGTERM', () => {
  appendFileSync(STOPS, NAME + '\\n');
  process.exit(0);
});`;

describe('Services', () => {
  let folder: TemporaryDirectory;
  let stranger: Server;
  let taken: number;
  const { signal } = new AbortController();

  beforeEach(async () => {
    folder = await temporaryDirectory();
    for (const name of serviceNames) {
      mkdirSync(join(folder.path, name));
      const preset = {
        NAME: name,
        PORT_VARIABLE: serviceFacts[name].portVariable,
        STOPS: join(folder.path, 'stops'),
      };
      const settings = `Object.assign(process.env, ${JSON.stringify(preset)});\n`;
      writeFileSync(join(folder.path, name, 'main.js'), settings + program);
    }
    stranger = createServer((_request, response) => response.end('{}'));
    stranger.listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    taken = (stranger.address() as AddressInfo).port;
  });
  afterEach(async () => {
    stranger.close();
    await folder.remove();
  });

  function servicesOf() {
    const instead: unknown[] = [];
    const deaths: HeadwaterError[] = [];
    const services = new Services({
      programs: folder.path,
      environment: {},
      wantedPorts: { agent: 0, ingest: taken, 'snapshot-builder': 0, restore: 0 },
      logs: join(folder.path, 'logs'),
      clock: systemClock,
      onPortTaken: (...what) => void instead.push(what),
      onDeath: (error) => void deaths.push(error),
    });
    return { services, instead, deaths };
  }

  it('take other ports where theirs are taken, and stop in the order of the data', async () => {
    const { services, instead, deaths } = servicesOf();
    await services.start(signal);
    expect(instead).toEqual([['ingest', taken, expect.any(Number)]]);
    expect(services.urlOf('ingest')).not.toBe(`http://127.0.0.1:${taken}`);
    for (const name of serviceNames) expect((await fetch(services.urlOf(name))).status).toBe(200);
    await services.stop();
    const stops = readFileSync(join(folder.path, 'stops'), 'utf8').trim().split('\n');
    expect(stops.slice(0, 2)).toEqual(['agent', 'ingest']);
    expect(stops.slice(2).sort()).toEqual(['restore', 'snapshot-builder']);
    expect(deaths).toEqual([]);
  });

  it('try again where somebody took the port after we had looked', async () => {
    const once = join(folder.path, 'once');
    const first = `
      const fs = require('node:fs');
      if (!fs.existsSync(${JSON.stringify(once)})) {
        fs.writeFileSync(${JSON.stringify(once)}, '');
        console.log(JSON.stringify({ msg: 'cannot start', err: { code: 'KIT-10002' } }));
        process.exit(1);
      }\n`;
    const main = join(folder.path, 'restore', 'main.js');
    writeFileSync(main, first + readFileSync(main, 'utf8'));
    const { services, deaths } = servicesOf();
    await services.start(signal);
    expect((await fetch(services.urlOf('restore'))).status).toBe(200);
    await services.stop();
    expect(deaths).toEqual([]);
  });

  it('tell when one of them dies, with the end of its log', async () => {
    const { services, deaths } = servicesOf();
    await services.start(signal);
    process.kill(services.pidOf('restore') ?? 0, 'SIGKILL');
    await eventually(() => deaths.length > 0);
    expect(deaths[0]).toMatchObject({
      code: 'LAUNCHER-10004',
      message: 'the restore service ended by itself with signal SIGKILL',
      details: { service: 'restore', logLines: [expect.stringContaining('listening')] },
    });
    await services.stop();
  });

  it('do not come up when one of them cannot start, and then none is left', async () => {
    writeFileSync(join(folder.path, 'ingest', 'main.js'), `console.error('no such store'); process.exit(3);`);
    const { services } = servicesOf();
    await expect(services.start(signal)).rejects.toMatchObject({
      message: 'the ingest service ended by itself with exit code 3',
      details: { logLines: ['no such store'] },
    });
    const pid = services.pidOf('agent') ?? 0;
    await services.stop();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });
});
