'use strict';

/**
 * `npm test`: installs, builds, checks and runs every test. `npm test -- unit|integration|e2e [jest arguments]`
 * runs one selection of them; `npm test -- e2e --pair embedded|servers [jest arguments]` runs the end-to-end tests on one
 * pair of bus and store alone. Without a selection, the second pair has its most telling tests alone (jest.config.cjs).
 * The last line is always the count of tests.
 */

const { existsSync, mkdtempSync, readFileSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { SetupError, exitCodeOf, root, run, setUp } = require('./setup.cjs');

const nx = (target) => ['nx', ['run-many', '-t', target]];

const build = { name: 'build', title: 'Building', command: nx('build') };
const checks = [
  {
    name: 'format',
    title: 'Checking the format',
    command: ['prettier', ['--check', '.', '--log-level=warn']],
  },
  { name: 'typecheck', title: 'Checking types, specs included', command: nx('typecheck') },
  { name: 'lint', title: 'Linting', command: nx('lint') },
  {
    name: 'errors',
    title: 'Checking docs/errors.md against the code',
    command: ['node', ['tools/errors-document.cjs', '--check']],
  },
  {
    name: 'contracts',
    title: 'Checking the documents of libs/contracts against the code',
    command: ['node', ['tools/contract-documents.cjs', '--check']],
  },
];
const parts = {
  name: 'parts',
  title: 'Obtaining the servers that tests run (the first time some minutes)',
  command: ['node', ['libs/testing/dist/parts/main.js']],
};
const selections = [
  { name: 'unit', title: 'Unit tests', workers: '100%', projects: ['unit'] },
  { name: 'integration', title: 'Integration tests, on real parts', workers: '2', projects: ['integration'] },
  {
    name: 'e2e',
    title: 'End-to-end tests, on the whole system: embedded bus and directory, Kafka and MinIO',
    workers: '2',
    projects: ['e2e', 'e2e-servers'],
  },
];
/** The project of each pair of bus and store. */
const pairs = { embedded: 'e2e', servers: 'e2e-servers' };

const say = (line = '') => process.stdout.write(`${line}\n`);
const heading = (title) => say(`\n=== ${title}`);
const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`;

/** Runs one step to its end and says how it went. */
async function runStep({ name, title, command }) {
  heading(title);
  const started = Date.now();
  const { code, signal } = await run(...command);
  say(`--- ${name}: ${code === 0 ? 'ok' : 'FAILED'} after ${seconds(started)}`);
  return { failed: code !== 0, signal };
}

/** Runs one selection of tests; a selection that finds no test is a failure of its own. */
async function runSelection(selection, folder, jestArguments) {
  const report = join(folder, `${selection.name}.json`);
  const args = ['--selectProjects', ...selection.projects, `--maxWorkers=${selection.workers}`];
  args.push('--json', `--outputFile=${report}`, ...(process.env.CI ? ['--ci'] : []), ...jestArguments);
  const result = await runStep({ ...selection, command: ['jest', args] });
  return { ...result, tests: existsSync(report) ? readReport(report) : noTests() };
}

const noTests = () => ({ passed: 0, failed: 0, skipped: 0, failures: [], skips: [] });

function readReport(path) {
  const report = JSON.parse(readFileSync(path, 'utf8'));
  const tests = noTests();
  tests.passed = report.numPassedTests;
  tests.failed = report.numFailedTests;
  tests.skipped = report.numPendingTests + report.numTodoTests;
  for (const file of report.testResults) {
    const name = file.name.slice(root.length + 1);
    const named = (status) => file.assertionResults.filter((test) => status.includes(test.status));
    const failures = named(['failed']).map((test) => `${name}: ${test.fullName}`);
    // A file that does not load, or breaks between its tests, counts as one failed test.
    if (file.status === 'failed' && failures.length === 0) {
      tests.failed += 1;
      failures.push(`${name}: the file itself`);
    }
    tests.failures.push(...failures);
    tests.skips.push(...named(['pending', 'todo']).map((test) => `${name}: ${test.fullName}`));
  }
  return tests;
}

/** What to run, from the command line: everything, or one selection with Jest's own arguments after it. */
function plan([wanted, ...jestArguments]) {
  if (wanted === undefined) {
    process.env.HEADWATER_E2E_TELLING = '1';
    return { steps: [build, ...checks, parts], selections, jestArguments };
  }
  const selection = selections.find(({ name }) => name === wanted);
  if (!selection) {
    const names = selections.map(({ name }) => name).join(', ');
    throw new SetupError(`There are no tests called '${wanted}': name one of ${names}, or nothing for all.`);
  }
  // Unit tests read the sources; the others start programs that have to be built.
  return {
    steps: wanted === 'unit' ? [] : [build, parts],
    ...(wanted === 'e2e' && jestArguments[0] === '--pair'
      ? { selections: [onPair(selection, jestArguments[1])], jestArguments: jestArguments.slice(2) }
      : { selections: [selection], jestArguments }),
  };
}

function onPair(selection, pair) {
  const project = pairs[pair];
  if (!project) throw new SetupError(`--pair is one of ${Object.keys(pairs).join(', ')}.`);
  return { ...selection, projects: [project] };
}

async function runPlan({ steps, selections: chosen, jestArguments }, totals) {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-test-'));
  const tasks = [
    ...steps.map((step) => [step, () => runStep(step)]),
    ...chosen.map((selection) => [selection, () => runSelection(selection, folder, jestArguments)]),
  ];
  try {
    for (const [{ name }, start] of tasks) {
      const result = await start();
      add(totals, name, result);
      if (result.signal) throw new SetupError(`Interrupted during ${name}.`, exitCodeOf(result.signal));
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function add(totals, name, { failed, tests = noTests() }) {
  if (failed) totals.failedSteps.push(name);
  totals.passed += tests.passed;
  totals.failed += tests.failed;
  totals.skipped += tests.skipped;
  totals.failures.push(...tests.failures);
  totals.skips.push(...tests.skips);
}

function summarize(totals) {
  heading('Summary');
  if (totals.skips.length > 0) {
    say(process.env.CI ? '!!! SKIPPED, WITH CI SET: nothing was proved by' : 'Skipped:');
    for (const name of totals.skips) say(`  ${name}`);
  }
  if (totals.failures.length > 0) {
    say('Failed tests:');
    for (const name of totals.failures) say(`  ${name}`);
  }
  say(totals.failedSteps.length > 0 ? `FAILED: ${totals.failedSteps.join(', ')}` : 'Every step passed.');
}

async function main() {
  const totals = { ...noTests(), failedSteps: [] };
  let exitCode = 0;
  try {
    const chosen = plan(process.argv.slice(2));
    say(`Node ${await setUp({ heading })}`);
    await runPlan(chosen, totals);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(`\n${error.message}`);
    exitCode = error.exitCode;
  }
  if (exitCode === 0) summarize(totals);
  say(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  process.exitCode = exitCode || (totals.failedSteps.length > 0 || totals.failed > 0 ? 1 : 0);
}

void main();
