'use strict';

/** `npm run engine-suite`: installs and builds what is missing, then hands over to the suite in libs/testing. */

const { SetupError, exitCodeOf, run, setUp } = require('./setup.cjs');

const heading = (title) => process.stdout.write(`=== ${title}\n`);

async function build() {
  const { code, signal } = await run(
    'nx',
    ['run-many', '-t', 'build', '-p', 'testing', '--output-style=static'],
    { stdout: 'pipe' },
  );
  if (code === 0) return;
  throw new SetupError(
    signal ? 'Interrupted.' : 'The build failed: npm run build tells why.',
    exitCodeOf(signal),
  );
}

async function main() {
  try {
    await setUp({ heading });
    await build();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
    return;
  }
  // The suite ends its mongods in order, so a signal goes to it alone; its exit code is ours.
  const suite = ['libs/testing/dist/engine-suite/main.js', ...process.argv.slice(2)];
  const { code } = await run('node', suite, { signalGroup: false });
  process.exitCode = code;
}

void main();
