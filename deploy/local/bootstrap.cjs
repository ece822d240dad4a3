'use strict';

/**
 * `npm start`: installs and builds what is missing, then hands over to the launcher under the project's own Node.
 * Like tools/setup.cjs it runs on a fresh clone under the machine's Node, so it imports no package.
 */

const { SetupError, exitCodeOf, run, setUp } = require('../../tools/setup.cjs');

const args = process.argv.slice(2);
/** With --json standard output belongs to the launcher alone. */
const stdout = args.includes('--json') ? 'stderr' : 'inherit';
const heading = (title) => (stdout === 'stderr' ? process.stderr : process.stdout).write(`=== ${title}\n`);

// Nobody reads on (`npm start | head`): the launcher sees that itself, and ends in order.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

async function build() {
  heading('Building');
  const { code, signal } = await run('nx', ['run-many', '-t', 'build'], { stdout });
  if (code === 0) return;
  throw new SetupError(signal ? 'Interrupted.' : 'The build failed (above).', exitCodeOf(signal));
}

async function main() {
  try {
    await setUp({ stdout, heading });
    await build();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
    return;
  }
  // The launcher ends its services in order, so a signal goes to it alone; its exit code is ours.
  const { code } = await run('node', ['dist/deploy/local/main.js', ...args], { signalGroup: false });
  process.exitCode = code;
}

void main();
