'use strict';

/**
 * `npm run bench` and `npm run soak`: installs and builds what is missing, then hands over to the program of that name
 * under the project's own Node. Like tools/setup.cjs it runs on a fresh clone under the machine's Node, so it imports
 * no package.
 */

const { SetupError, exitCodeOf, run, setUp } = require('../tools/setup.cjs');

const [program, ...args] = process.argv.slice(2);
const heading = (title) => process.stdout.write(`=== ${title}\n`);

async function build() {
  heading('Building');
  const { code, signal } = await run('nx', ['run-many', '-t', 'build']);
  if (code === 0) return;
  throw new SetupError(signal ? 'Interrupted.' : 'The build failed (above).', exitCodeOf(signal));
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
  const { code } = await run('node', [`dist/e2e/${program}/main.js`, ...args]);
  process.exitCode = code;
}

void main();
