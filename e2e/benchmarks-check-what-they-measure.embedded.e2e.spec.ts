import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryDirectory, type TemporaryDirectory } from '@headwater/testing';
import { z } from 'zod';
import { workspace } from './harness/workspace.js';

const reportSchema = z.object({
  machine: z.looseObject({ cores: z.number(), mongod: z.string(), fileSystem: z.string() }),
  scale: z.number(),
  results: z.array(
    z.object({
      name: z.string(),
      failure: z.string().nullable(),
      figures: z.array(z.object({ what: z.string(), value: z.number() })),
    }),
  ),
});

describe('npm run bench', () => {
  let directory: TemporaryDirectory;
  beforeEach(async () => {
    directory = await temporaryDirectory('hw-e2e-');
  });
  afterEach(() => directory.remove());

  async function bench(...args: string[]): Promise<{ code: number | null; output: string }> {
    // What `npm run bench` hands over to once everything is built.
    const child = spawn('node', [join(workspace, 'dist/e2e/bench/main.js'), ...args], {
      env: { ...process.env, TMPDIR: directory.path },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, output };
  }

  it('measures, compares what came out with the source, and writes figures for people and programs', async () => {
    const [json, markdown] = ['figures.json', 'figures.md'].map((name) => join(directory.path, name));
    const files = ['--json', json ?? '', '--markdown', markdown ?? ''];
    const { code, output } = await bench('replay', '--scale', '0.01', ...files);
    expect({ code, output }).toMatchObject({ code: 0 });

    const { results, scale } = reportSchema.parse(JSON.parse(await readFile(json ?? '', 'utf8')));
    expect(scale).toBe(0.01);
    expect(results.map(({ name, failure }) => ({ name, failure }))).toEqual([
      { name: 'replay', failure: null },
    ]);
    const entries = results[0]?.figures.find(({ what }) => what === 'oplog entries');
    expect(entries?.value).toBeGreaterThanOrEqual(2000);
    expect(output).toContain('0 of 1 benchmarks failed');
    expect(await readFile(markdown ?? '', 'utf8')).toContain('| `replay` | oplog entries |');
  });

  it('says which benchmarks there are to who names another one', async () => {
    const { code, output } = await bench('speed');
    expect(code).toBe(2);
    expect(output).toContain(
      "no benchmark called 'speed': name replay, tail, initial-sync, snapshot, restore, store",
    );
  });
});
