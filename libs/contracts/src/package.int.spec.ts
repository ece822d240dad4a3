import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const home = join(__dirname, '..');
const workspace = join(home, '../..');
const readme = readFileSync(join(home, 'README.md'), 'utf8');

const run = (program: string, args: readonly string[], cwd: string): string =>
  execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

/** Prints what the README's function makes of a snapshot's example, and of the same without a field. */
const reading = `
const value = Buffer.from(JSON.stringify(example));
const headers = {
  ce_id: Buffer.from('1'), ce_source: Buffer.from('/s'), ce_specversion: Buffer.from('1.0'),
  ce_type: Buffer.from('io.headwater.snapshot.completed.v1'),
  ce_time: Buffer.from('2026-11-24T08:00:00Z'), 'content-type': Buffer.from('application/json'),
};
console.log(snapshotLine({ headers, value }));
console.log(snapshotLine({ headers, value: Buffer.from('{}') }));`;

const examplePath = '@headwater/contracts/examples/io.headwater.snapshot.completed.v1/block-snapshot.json';

const typed = `
import { decodeJsonEvent, snapshotCompleted } from '@headwater/contracts';
import type { SnapshotFact } from '@headwater/contracts';
export function sizeOf(value: Buffer): number {
  const decoded = decodeJsonEvent(snapshotCompleted, { headers: {}, value });
  if (!decoded.ok) return decoded.problem.length;
  const fact: SnapshotFact = decoded.value;
  // @ts-expect-error a snapshot has no such field
  fact.sizeMegabytes;
  return fact.sizeBytes;
}`;

describe('the package', () => {
  let directory: string;

  beforeAll(() => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), 'headwater-package-')));
    const [packed] = JSON.parse(
      run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', directory], home),
    ) as { filename: string }[];
    const zod = dirname(createRequire(join(home, 'package.json')).resolve('zod/package.json'));
    const dependencies = { '@headwater/contracts': `file:${packed?.filename ?? ''}`, zod: `file:${zod}` };
    writeFileSync(join(directory, 'package.json'), JSON.stringify({ private: true, dependencies }));
    // Alone, and without a network: zod is the workspace's.
    run('npm', ['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts'], directory);
  });

  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  const installed = (path: string): string => join(directory, 'node_modules/@headwater/contracts', path);

  it('needs zod and nothing of ours', () => {
    const { dependencies, ...rest } = JSON.parse(readFileSync(installed('package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
      private?: boolean;
    };
    expect(Object.keys(dependencies)).toEqual(['zod']);
    expect(rest).not.toHaveProperty('private');
  });

  it('holds types, schemas, examples and documents, and no sources, specs or maps', () => {
    const files = run('find', ['-L', '.', '-type', 'f'], installed('.')).trim().split('\n');
    expect(files).toEqual(
      expect.arrayContaining([
        './README.md',
        './asyncapi.json',
        './dist/index.d.ts',
        './openapi/restore.json',
        './schemas/io.headwater.snapshot.completed.v1.json',
        './examples/io.headwater.snapshot.completed.v1/block-snapshot.json',
      ]),
    );
    expect(files.filter((file) => /\.spec\.|\.map$|\.tsbuildinfo$|^\.\/(src|released)\//.test(file))).toEqual(
      [],
    );
  });

  it('decodes an event as its README says, as an ES module', () => {
    const code = /```js\n(.*?)```/s.exec(readme)?.[1] ?? '';
    const load = `import example from '${examplePath}' with { type: 'json' };`;
    writeFileSync(join(directory, 'reading.mjs'), `${load}\n${code}\n${reading}`);
    expect(run(process.execPath, ['reading.mjs'], directory)).toBe(
      'snapshot 1764003600.0000000012-6f1d0c3a of shop\nnull\n',
    );
  });

  it('decodes an event from CommonJS too, and hands over its documents', () => {
    const code = /```js\n(.*?)```/s.exec(readme)?.[1] ?? '';
    const required = code
      .replace(/import (\{.*?\}) from ('.*?');/, 'const $1 = require($2);')
      .replace('export function', 'function');
    const documents = ['asyncapi.json', 'openapi/restore.json', 'schemas/io.headwater.state.agent.v1.json'];
    const load = [
      `const example = require('${examplePath}');`,
      ...documents.map((path) => `require('@headwater/contracts/${path}');`),
    ];
    writeFileSync(join(directory, 'reading.cjs'), [...load, required, reading].join('\n'));
    expect(run(process.execPath, ['reading.cjs'], directory)).toBe(
      'snapshot 1764003600.0000000012-6f1d0c3a of shop\nnull\n',
    );
  });

  it('has whole types', () => {
    writeFileSync(join(directory, 'typed.mts'), typed);
    const types = ['--types', 'node', '--typeRoots', join(workspace, 'node_modules/@types')];
    const strict = [
      '--strict',
      '--noEmit',
      '--module',
      'nodenext',
      '--target',
      'es2024',
      '--skipLibCheck',
      'false',
    ];
    const tsc = join(workspace, 'node_modules/typescript/bin/tsc');
    expect(run(process.execPath, [tsc, ...strict, ...types, 'typed.mts'], directory)).toBe('');
  });
});
