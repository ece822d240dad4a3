import { environmentNames, topicsOf } from '@headwater/contracts';
import { parseDockerfile } from './spec-support/dockerfile.js';
import {
  environmentOf,
  filledIn,
  readComposeFile,
  type ComposeService,
} from './spec-support/compose-file.js';
import { exampleLines, filledInExample, namesNotSet } from './spec-support/example-environment.js';
import { settingsOf, variablesReadBy } from './spec-support/service-settings.js';
import { serviceNames, type ServiceName } from './spec-support/workspace.js';

const file = readComposeFile();
const dockerfile = parseDockerfile();

function serviceOf(name: string): ComposeService {
  const found = file.services[name];
  if (found === undefined) throw new Error(`compose.yaml has no service ${name}`);
  return found;
}

/** What a container of the service has: that of its image below what compose sets. */
function containerEnvironment(name: ServiceName, variables = filledInExample): Record<string, string> {
  return { ...dockerfile.environmentOf(`runtime-${name}`), ...environmentOf(serviceOf(name), variables) };
}

/** `/a/b` lies in what a volume of its own is mounted at. */
function isKept(service: ComposeService, path: unknown): boolean {
  const targets = service.volumes
    .map((volume) => filledIn(volume, {}).split(':'))
    .filter(([from = '', , mode]) => from in file.volumes && mode !== 'ro')
    .map(([, to = '']) => to);
  return targets.some((target) => path === target || String(path).startsWith(`${target}/`));
}

describe('deploy/compose.yaml', () => {
  it('has all six services, each of the one Dockerfile', () => {
    const built = Object.entries(file.services).filter(([, { build }]) => build !== undefined);
    expect(built.map(([name]) => name).sort()).toEqual([...serviceNames].sort());
    for (const [name, { build }] of built) {
      expect(build).toEqual({ context: '..', dockerfile: 'deploy/Dockerfile', args: { SERVICE: name } });
    }
  });

  it.each(serviceNames)('sets of %s what it takes, as .env.example leaves it', async (name) => {
    const settings = await settingsOf(name, containerEnvironment(name));
    expect(settings).toMatchObject({ host: '0.0.0.0', bus: 'kafka', kafkaBrokers: ['kafka:9092'] });
  });

  it.each(serviceNames)('gives %s every variable that it reads, and no other', async (name) => {
    const read = await variablesReadBy(name);
    const given = Object.keys(containerEnvironment(name, {})).concat(
      Object.keys(serviceOf(name).environment),
    );
    const known = given.filter((variable) => variable.startsWith('HEADWATER_'));
    expect(known.filter((variable) => !read.has(variable))).toEqual([]);
    const left = [...read].filter((variable) => !known.includes(variable) && !namesNotSet.includes(variable));
    expect(left).toEqual([]);
  });

  it('keeps the keys of the store from the agent, the coordinator and alerting', () => {
    for (const name of ['agent', 'shard-coordinator', 'alerting'] as const) {
      expect(Object.keys(containerEnvironment(name)).filter((one) => one.includes('_S3_'))).toEqual([]);
    }
  });

  it.each(serviceNames)(
    'publishes %s on loopback, at the port on which it listens and is asked',
    async (name) => {
      for (const variables of [filledInExample, { ...filledInExample, [portVariableOf(name)]: '9999' }]) {
        const { port } = await settingsOf(name, containerEnvironment(name, variables));
        expect(serviceOf(name).ports.map((published) => filledIn(published, variables))).toEqual([
          `127.0.0.1:${String(port)}:${String(port)}`,
        ]);
        const environment = containerEnvironment(name, variables);
        expect(environment[environment['PORT_VARIABLE'] ?? '']).toBe(String(port));
      }
      expect(serviceOf(name).healthcheck?.test).toEqual(['CMD', 'node', 'health.cjs', 'readyz']);
    },
  );

  it.each(serviceNames)('runs %s without any right that it does not need', (name) => {
    expect(serviceOf(name)).toMatchObject({
      ...{ user: '1000:1000', read_only: true, init: true, cap_drop: ['ALL'], restart: 'unless-stopped' },
      security_opt: ['no-new-privileges:true'],
      tmpfs: [expect.stringMatching(/^\/tmp:/)],
      stop_grace_period: expect.stringMatching(/^\d+s$/) as string,
    });
  });

  it('keeps heads, restored files and the records of restores on volumes', async () => {
    const builder = await settingsOf('snapshot-builder', containerEnvironment('snapshot-builder'));
    expect(isKept(serviceOf('snapshot-builder'), builder['headDirectory'])).toBe(true);
    const restore = await settingsOf('restore', containerEnvironment('restore'));
    expect(isKept(serviceOf('restore'), restore['restoreRoot'])).toBe(true);
    expect(isKept(serviceOf('restore'), restore['restoreStateDirectory'])).toBe(true);
  });

  it('starts nothing before what it waits for, and waits only for what can be told healthy', () => {
    for (const { depends_on } of Object.values(file.services)) {
      for (const [other, { condition, required }] of Object.entries(depends_on)) {
        const { healthcheck, restart, profiles } = serviceOf(other);
        if (condition === 'service_healthy') expect(healthcheck).toBeDefined();
        else expect(restart).toBe('no');
        // One of another profile may not be there at all.
        if (profiles !== undefined && required) expect(profiles).toEqual(['mongodb']);
      }
    }
    expect(Object.keys(serviceOf('snapshot-builder').depends_on)).toContain('ingest');
  });

  it('lets the services make their topics, with no more replicas than there are brokers', async () => {
    const brokers = Object.keys(file.services).filter((name) => name === 'kafka');
    expect(serviceOf('kafka').environment['KAFKA_AUTO_CREATE_TOPICS_ENABLE']).toBe('false');
    for (const name of serviceNames) {
      const settings = await settingsOf(name, containerEnvironment(name));
      expect(settings).toMatchObject({ kafkaTopics: 'manage', kafkaReplicas: brokers.length });
      expect(settings['topicPrefix']).toBe(topicsOf().events.split('.')[0]);
    }
  });

  it('declares every volume, and has a three-member replica set on volumes of its own', () => {
    const named = Object.values(file.services)
      .flatMap(({ volumes }) => volumes.map((volume) => filledIn(volume, {}).split(':')[0] ?? ''))
      .filter((from) => !from.startsWith('.'));
    expect([...new Set(named)].sort()).toEqual(Object.keys(file.volumes).sort());
    const members = Object.keys(file.services).filter((name) => /^mongodb-\d$/.test(name));
    expect(members).toHaveLength(3);
    for (const name of members) expect(serviceOf(name).volumes).toEqual([`${name}:/data/db`]);
  });

  it('gives no server a password that somebody could know', () => {
    // MinIO refuses keys as short as these.
    expect(environmentOf(serviceOf('minio'), {})).toEqual({
      MINIO_ROOT_USER: '-',
      MINIO_ROOT_PASSWORD: '-',
    });
  });
});

function portVariableOf(name: ServiceName): string {
  return `HEADWATER_${name.toUpperCase().replaceAll('-', '_')}_PORT`;
}

describe('deploy/.env.example', () => {
  const known = environmentNames.flatMap(({ name, secret }) =>
    secret === true ? [name, `${name}_FILE`] : [name],
  );
  const shown = exampleLines.map(({ name }) => name).filter((name) => name.startsWith('HEADWATER_'));

  it('has every variable of every service once, and none that there is not', () => {
    const described = [...shown, ...namesNotSet];
    expect(described.filter((name) => !known.includes(name))).toEqual([]);
    expect(new Set(described).size).toBe(described.length);
    expect(environmentNames.map(({ name }) => name).filter((name) => !described.includes(name))).toEqual([]);
  });

  it('shows what compose hands over, each to a service', () => {
    const taken = Object.values(file.services).flatMap(({ environment }) => Object.keys(environment));
    expect(shown.filter((name) => !taken.includes(name))).toEqual([]);
  });

  it('shows defaults that services take, and the ones that they have', async () => {
    const defaults = exampleLines.filter(
      ({ name, value, commented }) => commented && value !== '' && !name.endsWith('_FILE'),
    );
    const shownDefaults = Object.fromEntries(defaults.map(({ name, value }) => [name, value]));
    for (const name of serviceNames) {
      const {
        agentId: _own,
        mongod70,
        mongod80,
        ...all
      } = await settingsOf(name, containerEnvironment(name, { ...filledInExample, ...shownDefaults }));
      expect([mongod70, mongod80]).not.toContain('');
      // Without the variable it is a day as well; the service leaves it open.
      const { blockSnapshotIntervalSeconds = 86_400, ...rest } = all;
      expect(blockSnapshotIntervalSeconds).toBe(86_400);
      expect(await settingsOf(name, containerEnvironment(name))).toMatchObject(rest);
    }
  });
});
