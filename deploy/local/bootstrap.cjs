'use strict';

/** `npm start`: the launcher. */

const { handOver } = require('../../tools/hand-over.cjs');

// Nobody reads on (`npm start | head`): the launcher sees that itself, and ends in order.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

const args = process.argv.slice(2);

void handOver('dist/deploy/local/main.js', args, {
  // With --json standard output belongs to the launcher alone.
  stdout: args.includes('--json') ? 'stderr' : 'inherit',
  // The launcher ends its services in order, so a signal goes to it alone.
  signalGroup: false,
});
