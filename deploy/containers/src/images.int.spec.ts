import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  eventually,
  freePort,
  GuardedChild,
  temporaryDirectory,
  type TemporaryDirectory,
} from '@headwater/testing';
import { parseDockerfile } from './spec-support/dockerfile.js';
import { ImageBuild } from './spec-support/image-build.js';
import { workspace, type ServiceName } from './spec-support/workspace.js';

const run = promisify(execFile);
const dockerfile = parseDockerfile();

/** Done by whoever runs this spec, with the same command: it is a minute's work, and the same for every service. */
const toolchain = 'npm ci --ignore-scripts --omit=optional';

describe('the commands of deploy/Dockerfile', () => {
  let home: TemporaryDirectory;

  beforeAll(async () => {
    home = await temporaryDirectory('hw-images-');
  });
  afterAll(() => home.remove());

  /** Its image, as a folder: what `WORKDIR` of the running service is. */
  async function imageOf(service: ServiceName): Promise<string> {
    const build = new ImageBuild({
      folder: join(home.path, service),
      dockerfile,
      args: { SERVICE: service },
      instead: {
        [toolchain]: async (folder) => {
          await run('cp', ['-al', join(workspace, 'node_modules'), folder]).catch(() =>
            run('cp', ['-a', join(workspace, 'node_modules'), folder]),
          );
        },
      },
    });
    const name = `runtime-${service}`;
    const root = await build.stage(name);
    expect(build.leftOut.every((text) => /^(apt-get update|install -d -o node)/.test(text))).toBe(true);
    return join(root, build.workingDirectoryOf(name));
  }

  /** As a container runs it, on the embedded kinds. The data is outside of the image, and the same for both. */
  async function start(service: ServiceName, image: string): Promise<Container> {
    const data = join(home.path, 'data');
    await mkdir(join(data, 'tmp'), { recursive: true });
    const declared = dockerfile.environmentOf(`runtime-${service}`);
    const environment = {
      ...declared,
      [declared['PORT_VARIABLE'] ?? '']: String(await freePort()),
      ...{ PATH: process.env['PATH'] ?? '', HOME: '/nonexistent', TMPDIR: join(data, 'tmp') },
      HEADWATER_HOST: '127.0.0.1',
      HEADWATER_BUS_FILE: join(data, 'bus', 'headwater.db'),
      HEADWATER_STORE_DIRECTORY: join(data, 'store'),
      ...(service === 'snapshot-builder' && { HEADWATER_HEAD_DIRECTORY: join(data, 'heads') }),
    };
    const [, ...program] = JSON.parse(dockerfile.last('ENTRYPOINT', `runtime-${service}`) ?? '') as string[];
    let output = '';
    const child = await GuardedChild.spawn(
      process.execPath,
      program.map((path) => join(image, path)),
      {
        environment,
        onOutput: (text) => (output += text),
      },
    );
    const health = async (page: string): Promise<string> =>
      (await run(process.execPath, [join(image, 'health.cjs'), page], { env: environment })).stderr;
    const healthy = async (page: string): Promise<void> => {
      const answer = await eventually(
        async () => (child.status === null ? { said: await health(page) } : 'ended'),
        { deadlineMs: 60_000, describe: `${service} to be healthy` },
      );
      if (answer === 'ended') throw new Error(`${service} ended: ${output.slice(-3000)}`);
      expect(answer).toEqual({ said: '' });
    };
    return { child, health, healthy };
  }

  interface Container {
    readonly child: GuardedChild;
    /** What the health check says: nothing. @throws Error with the reason */
    readonly health: (page: string) => Promise<string>;
    /** Resolves once the page answers 200. @throws Error with its output when it ends first */
    readonly healthy: (page: string) => Promise<void>;
  }

  it('make an image of ingest that serves, is told healthy, drains at SIGTERM, and is not written to', async () => {
    const image = await imageOf('ingest');
    const before = await contentsOf(image);
    const { child, health, healthy } = await start('ingest', image);
    try {
      await healthy('readyz');
      await expect(health('no-such-page')).rejects.toThrow('404');
    } finally {
      child.signal('SIGTERM');
    }
    expect(await child.exited()).toEqual({ code: 0, signal: null });
    await expect(run(process.execPath, [join(image, 'health.cjs'), 'livez'], { env: {} })).rejects.toThrow(
      'no port',
    );
    expect(await contentsOf(image)).toEqual(before);
    expect(
      before.filter(
        (path) => /\.spec\.|\.d\.ts |^libs\/mongod\//.test(path) && !path.includes('node_modules/'),
      ),
    ).toEqual([]);
    for (const absent of ['typescript', 'jest', 'mongodb']) {
      expect(existsSync(join(image, 'node_modules', absent))).toBe(false);
    }
  });

  it('make an image of the snapshot-builder that lives, and has a mongod 6.0 that runs', async () => {
    const image = await imageOf('snapshot-builder');
    const { child, healthy } = await start('snapshot-builder', image);
    try {
      await healthy('livez');
    } finally {
      await child.kill9();
    }
    const { stdout } = await run(join(image, 'mongod'), ['--version']);
    expect(stdout).toMatch(/^db version v6\.0\./m);
    const named = dockerfile.environmentOf('runtime-snapshot-builder')['HEADWATER_MONGOD_6_0'];
    expect(named).toBe('/headwater/mongod');
  });
});

/** Every file with its size and when it was changed. */
async function contentsOf(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const lines = names.map(async (name) => {
    const found = await stat(join(folder, name)).catch(() => null);
    return found?.isFile() === true ? [`${name} ${found.size} ${found.mtimeMs}`] : [];
  });
  return (await Promise.all(lines)).flat().sort();
}
