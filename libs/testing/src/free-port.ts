import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that Linux lends to outgoing connections (32768–60999), or one of those might take a port while
 * its owner restarts. */
const lowest = 20_000;
const highest = 32_700;
const handedOut = new Set<number>();

/**
 * A port on 127.0.0.1 that nobody listens on, never the same one twice in a process. Another process may still take
 * it before you do: whoever starts something on it must check that it is theirs that answers.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 1000; attempt++) {
    const port = randomInt(lowest, highest);
    if (handedOut.has(port) || !(await isFree(port))) continue;
    handedOut.add(port);
    return port;
  }
  throw new Error(`found no free port between ${lowest} and ${highest}`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
