import { pairVariable, whyNoServers } from '../harness/servers.js';

/** `describe` for what holds on both pairs: on that of this run. Servers that this machine cannot have are a loud skip. */
export function describeOnPair(name: string, specs: () => void): void {
  if (process.env[pairVariable] === 'servers') describeOnServers(name, specs);
  else describe(name, specs);
}

/** `describe` for what needs Kafka and MinIO. */
export function describeOnServers(name: string, specs: () => void): void {
  const missing = whyNoServers();
  if (missing === null) describe(`on Kafka and MinIO, ${name}`, specs);
  else describe.skip(`on Kafka and MinIO, ${name} (SKIPPED: ${missing})`, specs);
}
