import { createServer } from 'node:net';
import { freePort } from '@headwater/testing';

export interface ChosenPort {
  readonly port: number;
  /** Another process has the one that was wanted. */
  readonly instead: boolean;
}

/** The wanted port on 127.0.0.1, or a free one where it is taken. */
export async function choosePort(wanted: number): Promise<ChosenPort> {
  if (wanted === 0) return { port: await freePort(), instead: false };
  if (await isFree(wanted)) return { port: wanted, instead: false };
  return { port: await freePort(), instead: true };
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
