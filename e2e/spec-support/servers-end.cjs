'use strict';

module.exports = require('./servers-of-run.cjs').end;
