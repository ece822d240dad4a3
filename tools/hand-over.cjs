'use strict';

const { SetupError, exitCodeOf, run, setUp } = require('./setup.cjs');

/**
 * What npm scripts with a program of their own do: install and build what is missing, then hand over to the program
 * under the project's own Node; its exit code is ours. Runs on a fresh clone under the machine's Node, so it imports no
 * package.
 * @param {string} program a built file, from the project's root
 * @param {string[]} args its own
 * @param {{ stdout?: 'inherit' | 'stderr', projects?: string[], signalGroup?: boolean }} options
 *   `stdout`: where everything before the program writes; `projects`: what is built, everything unless named;
 *   `signalGroup`: as `run` has it, for the program
 */
async function handOver(program, args, { stdout = 'inherit', projects = [], signalGroup = true } = {}) {
  const heading = (title) => (stdout === 'stderr' ? process.stderr : process.stdout).write(`=== ${title}\n`);
  try {
    await setUp({ stdout, heading });
    heading('Building');
    const some = projects.length > 0 ? ['-p', ...projects] : [];
    const { code, signal } = await run('nx', ['run-many', '-t', 'build', ...some], { stdout });
    if (code !== 0)
      throw new SetupError(signal ? 'Interrupted.' : 'The build failed (above).', exitCodeOf(signal));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = error.exitCode;
    return;
  }
  const { code } = await run('node', [program, ...args], { signalGroup });
  process.exitCode = code;
}

module.exports = { handOver };
