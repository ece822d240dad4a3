import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DirectoryStore } from './index.js';

/** Runs the sources as they are: Node drops the types, the hook finds `x.ts` where `x.js` is imported. */
const runsSources = `
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve: (name, context, next) =>
      next(name.startsWith('.') ? name.replace(/\\.js$/, '.ts') : name, context),
  });
  const { DirectoryStore } = await import(${JSON.stringify(join(__dirname, 'index.ts'))});
`;

/** Creates objects for ever and says which, several at once so that the kill falls into each step of one. */
const creator = (root: string, name: string) => `
  ${runsSources}
  import { createHash, randomBytes } from 'node:crypto';
  const store = await DirectoryStore.open(${JSON.stringify(root)});
  async function create(writer) {
    for (let n = 0; ; n += 1) {
      const body = randomBytes(1 + Math.floor(Math.random() * 300_000));
      const key = ['${name}', writer, n % 7, n].join('/');
      const sha256 = createHash('sha256').update(body).digest('hex');
      console.log([key, 'begun', sha256].join(' '));
      console.log([key, await store.create(key, body), sha256].join(' '));
    }
  }
  for (let writer = 0; writer < 4; writer += 1) void create(writer);
`;

/** Creates the keys 0, 1, 2, … and says for each whether it was this process. */
const contender = (root: string, count: number) => `
  ${runsSources}
  const store = await DirectoryStore.open(${JSON.stringify(root)});
  console.log('ready');
  process.stdin.once('data', async () => {
    for (let n = 0; n < ${count}; n += 1) {
      console.log(await store.create('contended/' + n, Buffer.from(String(process.pid))));
    }
    process.exit(0);
  });
`;

function run(program: string): ChildProcess & { lines: AsyncIterable<string> } {
  const quiet = '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON';
  const options = ['--conditions=@headwater/source', quiet, '--input-type=module', '--eval', program];
  const child = spawn(process.execPath, options, { stdio: ['pipe', 'pipe', 'inherit'] });
  return Object.assign(child, { lines: createInterface({ input: child.stdout }) });
}

async function keysOf(store: DirectoryStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list('')) {
    keys.push(key);
  }
  return keys;
}

describe('a directory store whose process is killed', () => {
  let root = '';
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'headwater-store-'));
  });

  afterEach(async () => {
    for (const child of children.splice(0)) {
      child.kill('SIGKILL');
    }
    await rm(root, { recursive: true });
  });

  it('has every object whole that was reported created, and no part of any other', async () => {
    const begun = new Map<string, string>();
    const reported = new Set<string>();
    for (let round = 0; round < 6; round += 1) {
      const child = run(creator(root, `round-${round}`));
      children.push(child);
      const killAt = reported.size + 5 + 17 * round;
      for await (const line of child.lines) {
        const [key = '', outcome, sha256 = ''] = line.split(' ');
        if (outcome === 'begun') {
          begun.set(key, sha256);
        } else {
          expect(outcome).toBe('created');
          reported.add(key);
        }
        if (reported.size === killAt) {
          child.kill('SIGKILL');
        }
      }
      const store = await DirectoryStore.open(root);
      expect(await readdir(join(root, '#temporary'))).toEqual([]);
      const found = await keysOf(store);
      expect(found).toEqual(expect.arrayContaining([...reported]));
      for (const key of found) {
        expect(
          createHash('sha256')
            .update(await store.read(key))
            .digest('hex'),
        ).toBe(begun.get(key));
      }
    }
    expect(reported.size).toBeGreaterThan(200);
  });

  it('tells exactly one of two processes that it created an object', async () => {
    const count = 300;
    const [a, b] = [run(contender(root, count)), run(contender(root, count))];
    children.push(a, b);
    const answers = await Promise.all(
      [a, b].map(async (child) => {
        const said: string[] = [];
        for await (const line of child.lines) {
          said.push(line);
          if (line === 'ready') {
            child.stdin?.write('go\n');
          }
        }
        return said.slice(1);
      }),
    );
    const store = await DirectoryStore.open(root);
    const [first = [], second = []] = answers;
    expect(first).toHaveLength(count);
    for (let n = 0; n < count; n += 1) {
      expect([first[n], second[n]].sort()).toEqual(['created', 'exists']);
      const winner = first[n] === 'created' ? a : b;
      expect((await store.read(`contended/${n}`)).toString()).toBe(String(winner.pid));
    }
    expect(new Set(first).size + new Set(second).size).toBeGreaterThan(2);
  });
});
