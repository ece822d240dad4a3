'use strict';

/** Jest's global set-up and tear-down of what runs on Kafka and MinIO: one of each for all specs of the run. */

const started = Symbol.for('headwater.e2e.servers');

module.exports = async () => {
  const { Servers, serversVariable, whyNoServers } = require('../../dist/e2e/harness/servers.js');
  // The specs say it too, one by one.
  if (whyNoServers() !== null) return;
  globalThis[started] = await Servers.start();
  process.env[serversVariable] = JSON.stringify(globalThis[started].address);
};

module.exports.end = () => globalThis[started]?.stop();
