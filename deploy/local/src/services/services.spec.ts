import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '@headwater/clock';
import { eventually, temporaryDirectory, type TemporaryDirectory } from '@headwater/testing';
import type { ServiceEvent } from './service-event.js';
import { serviceFacts, serviceNames, stopStages, type ServiceName } from './service-names.js';
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

/** Processes start slowly on a loaded machine. */
jest.setTimeout(120_000);

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
  let services: Services | null = null;
  afterEach(async () => {
    services?.kill();
    await services?.stop();
    services = null;
    stranger.close();
    await folder.remove();
  });

  function servicesOf() {
    const events: ServiceEvent[] = [];
    const pids: (readonly number[])[] = [];
    const made = new Services({
      programs: folder.path,
      environment: {},
      wantedPorts: { ...ports(0), ingest: taken },
      logs: join(folder.path, 'logs'),
      clock: systemClock,
      onEvent: (event) => void events.push(event),
      onPids: (now) => void pids.push(now),
    });
    services = made;
    return { services: made, events, pids };
  }

  const ports = (port: number) =>
    Object.fromEntries(serviceNames.map((name) => [name, port])) as Record<ServiceName, number>;
  const stopsOf = (name: string) => join(folder.path, name);
  /** What a service does before it begins; `once` is a file that tells that it did. */
  function precede(name: ServiceName, text: string): void {
    const main = join(folder.path, name, 'main.js');
    writeFileSync(main, text + readFileSync(main, 'utf8'));
  }

  it('take other ports where theirs are taken, and stop in stages', async () => {
    const { services, events, pids } = servicesOf();
    await services.start(signal);
    expect(events).toEqual([
      { kind: 'port-taken', service: 'ingest', wanted: taken, port: expect.any(Number) as number },
    ]);
    expect(services.urlOf('ingest')).not.toBe(`http://127.0.0.1:${taken}`);
    for (const name of serviceNames) expect((await fetch(services.urlOf(name))).status).toBe(200);
    expect(new Set(pids.at(-1))).toEqual(new Set(serviceNames.map((name) => services.pidOf(name))));
    await services.stop();
    const stops = readFileSync(stopsOf('stops'), 'utf8').trim().split('\n') as ServiceName[];
    expect(stops).toHaveLength(serviceNames.length);
    const stages = stops.map((name) => stopStages.indexOf(serviceFacts[name].stopStage));
    expect(stages).toEqual([...stages].sort());
    expect(stops.indexOf('agent')).toBeLessThan(stops.indexOf('ingest'));
    expect(events).toHaveLength(1);
  });

  it('try again where somebody took the port after we had looked', async () => {
    precede(
      'restore',
      `const fs = require('node:fs');
      if (!fs.existsSync(${JSON.stringify(stopsOf('once'))})) {
        fs.writeFileSync(${JSON.stringify(stopsOf('once'))}, '');
        console.log(JSON.stringify({ msg: 'cannot start', err: { code: 'KIT-10002' } }));
        process.exit(1);
      }\n`,
    );
    const { services } = servicesOf();
    await services.start(signal);
    expect((await fetch(services.urlOf('restore'))).status).toBe(200);
    await services.stop();
  });

  it('are started again on their ports when they die, and say why', async () => {
    const { services, events } = servicesOf();
    await services.start(signal);
    for (const name of serviceNames) {
      const [pid, url] = [services.pidOf(name) ?? 0, services.urlOf(name)];
      process.kill(pid, 'SIGKILL');
      await eventually(() => events.some(({ kind, service }) => kind === 'back' && service === name), {
        deadlineMs: 60_000,
      });
      expect(services.urlOf(name)).toBe(url);
      expect(services.pidOf(name)).not.toBe(pid);
      expect((await fetch(url)).status).toBe(200);
    }
    const ends = events.filter(({ kind }) => kind === 'ended');
    expect(ends.map(({ service }) => service)).toEqual([...serviceNames]);
    expect(ends[0]).toMatchObject({
      how: 'signal SIGKILL',
      restartInSeconds: 0.5,
      restarts: 1,
      logLines: [expect.stringContaining('listening')],
    });
    expect(services.conditions.every(({ phase, restarts }) => phase === 'ready' && restarts === 1)).toBe(
      true,
    );
    await services.stop();
  });

  it('stay down when they are stopped while one waits to be started again', async () => {
    const { services, events } = servicesOf();
    await services.start(signal);
    process.kill(services.pidOf('agent') ?? 0, 'SIGKILL');
    await eventually(() => events.some(({ kind }) => kind === 'ended'));
    await services.stop();
    expect(serviceNames.map((name) => services.pidOf(name))).toEqual(serviceNames.map(() => null));
    expect(services.conditions.find(({ name }) => name === 'agent')).toMatchObject({ phase: 'waiting' });
  });

  it('are all gone at once when they are killed', async () => {
    const { services } = servicesOf();
    await services.start(signal);
    services.kill();
    await services.stop();
    expect(serviceNames.map((name) => services.pidOf(name))).toEqual(serviceNames.map(() => null));
    expect(existsSync(stopsOf('stops'))).toBe(false);
  });

  it('do not come up when the configuration of one is wrong, and then none is left', async () => {
    const said = { msg: 'cannot start', err: { code: 'KIT-10001', message: 'no such store' } };
    precede('ingest', `console.log(${JSON.stringify(JSON.stringify(said))}); process.exit(3);\n`);
    const { services } = servicesOf();
    await expect(services.start(signal)).rejects.toMatchObject({
      code: 'LAUNCHER-10004',
      message: 'the ingest service cannot start: it ended with exit code 3',
      details: { logLines: [expect.stringContaining('no such store')] },
    });
    const pid = services.pidOf('agent') ?? 0;
    await services.stop();
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  });
});
