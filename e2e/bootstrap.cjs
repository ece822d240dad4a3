'use strict';

/** `npm run bench` and `npm run soak`. */

const { handOver } = require('../tools/hand-over.cjs');

const [program, ...args] = process.argv.slice(2);

void handOver(`dist/e2e/${program}/main.js`, args);
