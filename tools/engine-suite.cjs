'use strict';

/** `npm run engine-suite`, a program of libs/testing. */

const { handOver } = require('./hand-over.cjs');

// The suite ends its mongods in order, so a signal goes to it alone.
void handOver('libs/testing/dist/engine-suite/main.js', process.argv.slice(2), {
  projects: ['testing'],
  signalGroup: false,
});
