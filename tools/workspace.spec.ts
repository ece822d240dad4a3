import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Project {
  name: string;
  data: { root: string; tags?: string[]; targets?: Record<string, { options?: { command?: string } }> };
}

interface Planted {
  file: string;
  text: string;
}

const workspace = join(__dirname, '..');

/** Run as of now: this also brings Nx's own cache, from which the boundary rule reads the tags, up to date. */
function readProjects(): Project[] {
  const nx = join(workspace, 'node_modules/nx/dist/bin/nx.js');
  const printed = execFileSync(process.execPath, [nx, 'graph', '--print'], {
    cwd: workspace,
    encoding: 'utf8',
    env: { ...process.env, NX_DAEMON: 'false' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const { graph } = JSON.parse(printed) as { graph: { nodes: Record<string, Project> } };
  return Object.values(graph.nodes);
}

/**
 * The rules that each text breaks, were it the content of the (existing) file. Nothing is written, and ESLint
 * runs in a process of its own because Jest does not load its configuration, an ES module.
 */
function lint(planted: readonly Planted[]): string[][] {
  const program = `
    import { ESLint } from 'eslint';
    const planted = JSON.parse(process.argv[1]);
    const eslint = new ESLint();
    const broken = [];
    for (const { file, text } of planted) {
      const [result] = await eslint.lintText(text, { filePath: file });
      broken.push(result.messages.map((message) => message.ruleId ?? message.message));
    }
    console.log(JSON.stringify(broken));`;
  const printed = execFileSync(
    process.execPath,
    ['--input-type=module', '--eval', program, JSON.stringify(planted)],
    { cwd: workspace, encoding: 'utf8' },
  );
  return JSON.parse(printed) as string[][];
}

function readJson(...path: string[]): unknown {
  return JSON.parse(readFileSync(join(workspace, ...path), 'utf8'));
}

const lines = (count: number): string => 'export {};\n'.repeat(count);
const imports = (name: string): string => `import * as it from '${name}';\nexport const used = it;\n`;

describe('the workspace', () => {
  jest.setTimeout(60_000);

  const projects = readProjects();
  const names = projects.map(({ name }) => name);

  it('has a project for each of its parts', () => {
    expect(names).toEqual(
      expect.arrayContaining(['contracts', 'service-agent', 'deploy-local', 'e2e', 'tools']),
    );
  });

  it.each(projects)('tags $name with exactly one type and lints it', ({ data }) => {
    expect(data.tags?.filter((tag) => tag.startsWith('type:'))).toHaveLength(1);
    expect(data.targets?.['lint']?.options?.command).toMatch(new RegExp(`^eslint ${data.root}( |$)`));
  });

  // Nx orders the build by package.json, the compiler by its references.
  it.each(projects.filter(({ data }) => existsSync(join(workspace, data.root, 'package.json'))))(
    'builds $name after exactly what its package.json names',
    ({ data }) => {
      const { dependencies = {} } = readJson(data.root, 'package.json') as {
        dependencies?: Record<string, string>;
      };
      const { references = [] } = readJson(data.root, 'tsconfig.build.json') as {
        references?: { path: string }[];
      };
      const named = Object.keys(dependencies).filter((name) => name.startsWith('@headwater/'));
      const referenced = references.map(({ path }) => `@headwater/${path.split('/').at(-2) ?? ''}`);
      expect(referenced.sort()).toEqual(named.sort());
    },
  );
});

describe('lint', () => {
  jest.setTimeout(60_000);

  const boundary = '@nx/enforce-module-boundaries';
  const cases = [
    { promise: 'takes a file of 300 lines', file: 'tools/planted.mjs', text: lines(300), rule: undefined },
    {
      promise: 'refuses a file of 301 lines',
      file: 'tools/planted.mjs',
      text: lines(301),
      rule: 'max-lines',
    },
    {
      promise: 'takes a service that imports a lib',
      file: 'services/ingest/src/main.ts',
      text: imports('@headwater/errors'),
      rule: undefined,
    },
    {
      promise: 'refuses a service that imports another service',
      file: 'services/ingest/src/main.ts',
      text: imports('@headwater/service-agent'),
      rule: boundary,
    },
    {
      promise: 'refuses a service that imports what is for tests',
      file: 'services/ingest/src/main.ts',
      text: imports('@headwater/testing'),
      rule: boundary,
    },
    {
      promise: 'refuses a domain lib that imports an adapter by its second entry',
      file: 'libs/repository/src/index.ts',
      text: imports('@headwater/object-store/directory'),
      rule: boundary,
    },
    {
      promise: 'refuses a service that imports an adapter of the store past its opening',
      file: 'services/ingest/src/app.module.ts',
      text: imports('@headwater/object-store/directory'),
      rule: boundary,
    },
    {
      promise: 'refuses a service that imports an adapter of the bus past its opening',
      file: 'services/ingest/src/app.module.ts',
      text: imports('@headwater/messaging/embedded'),
      rule: boundary,
    },
    {
      promise: 'takes a service that opens its ports',
      file: 'services/ingest/src/app.module.ts',
      text: imports('@headwater/object-store/opening'),
      rule: undefined,
    },
    {
      promise: 'refuses a package that the project does not name in its package.json',
      file: 'libs/errors/src/index.ts',
      text: imports('rxjs'),
      rule: boundary,
    },
    {
      promise: 'refuses the MongoDB driver outside its adapter',
      file: 'services/agent/src/main.ts',
      text: imports('mongodb'),
      rule: 'headwater/vendor-home',
    },
    {
      promise: 'refuses a file name that says nothing',
      file: 'tools/helpers.mjs',
      text: 'export {};\n',
      rule: 'headwater/file-name',
    },
    {
      promise: 'refuses a read of wall time outside the clock',
      file: 'libs/oplog/src/index.ts',
      text: 'export const now = Date.now();\n',
      rule: 'no-restricted-syntax',
    },
  ];
  const broken = lint(cases);

  it.each(cases.map((planted, at) => ({ ...planted, broken: broken[at] })))(
    '$promise',
    ({ rule, broken }) => {
      if (rule === undefined) expect(broken).toEqual([]);
      else expect(broken).toContain(rule);
    },
  );
});
