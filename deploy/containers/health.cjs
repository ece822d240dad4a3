'use strict';

/**
 * `node health.cjs livez|readyz`: exit code 0 when the service in this container answers 200, else 1 and the reason. For
 * HEALTHCHECK and for probes of an orchestrator: the image has no curl.
 */

const deadlineMillis = 5000;

const everyAddress = ['0.0.0.0', '::', ''];

/** The image says which variable holds the port of its service: an environment for all services has all of them. */
function address({ PORT_VARIABLE = '', HEADWATER_HOST = '', ...environment }) {
  const port = environment[PORT_VARIABLE];
  if (!port) throw new Error(`no port in ${PORT_VARIABLE || 'PORT_VARIABLE'}`);
  return `${everyAddress.includes(HEADWATER_HOST) ? '127.0.0.1' : HEADWATER_HOST}:${port}`;
}

async function main() {
  const [page = 'readyz'] = process.argv.slice(2);
  const url = `http://${address(process.env)}/${page}`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(deadlineMillis) });
  const text = await answer.text();
  if (answer.status === 200) return;
  // What `docker inspect` shows is cut: the reason comes first.
  const { detail } = text.startsWith('{') ? JSON.parse(text) : {};
  throw new Error(`${answer.status} ${detail ?? text.slice(0, 200)}`);
}

main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
