import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@headwater/clock';
import { restoreJobSchema, restoreRequestSchema, type RestoreJobBody } from '@headwater/contracts';
import { RestoreClient } from './restore-client.js';
import { restoreToSecond } from './restore-to-second.js';

const ts = { t: 1_764_000_012, i: 3 };
const planned: RestoreJobBody = {
  id: 'r1',
  host: 'here',
  deploymentId: 'sample',
  state: 'Planned',
  target: { kind: 'time', time: '2025-11-24T16:00:12Z' },
  delivery: { kind: 'directory', path: '/d/restored/x' },
  createdAt: '2025-11-24T16:00:20Z',
  finishedAt: null,
  plan: { chain: 'c', base: { kind: 'block', id: 's' }, target: ts, slices: 2 },
  progress: {
    phase: 'Planned',
    bytesDone: 0,
    bytesTotal: 10,
    entriesDone: 0,
    entriesTotal: 5,
    etaSeconds: null,
  },
  restoredTo: null,
  verification: null,
  members: [],
};
const verification = {
  method: 'open',
  filesVerified: 4,
  bytesVerified: 10,
  oplogTop: ts,
  minvalidBegin: ts,
  mongodVersion: '6.0.5',
  collections: [{ ns: 'shop.orders', documents: 5 }],
} as const;

type Answer = { status: number; body: unknown; location?: string };

/** A restore service that gives these answers, one a request. */
async function serving(answers: Answer[]) {
  const asked: { method: string; url: string; body: string; key: unknown }[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = (await request.toArray()).join('');
    const { method = '', url = '', headers } = request;
    asked.push({ method, url, body, key: headers['idempotency-key'] });
    const { status, body: told, location } = answers.shift() ?? { status: 500, body: {} };
    response.writeHead(status, location === undefined ? {} : { location });
    response.end(typeof told === 'string' ? told : JSON.stringify(told));
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const told: string[] = [];
  const note = (text: string): void => void told.push(text);
  const { signal } = new AbortController();
  const client = new RestoreClient(() => `http://127.0.0.1:${port}`, systemClock, signal);
  const restore = () =>
    restoreToSecond(
      client,
      { deployment: 'sample', second: ts.t, directory: '/d/restored/x' },
      { step: { progress: note, note, done: note }, clock: systemClock, signal },
    ).finally(() => server.close());
  return { asked, told, restore };
}

const accepted = { status: 202, body: planned, location: '/v1/restores/r1' };

describe('restoreToSecond', () => {
  it('asks by the contract, follows the job, and gives the proof', async () => {
    const replaying = { ...planned, state: 'Replaying' } as const;
    const done = { ...planned, state: 'Delivered', restoredTo: ts, verification } as const;
    restoreJobSchema.parse(done);
    const { asked, told, restore } = await serving([
      accepted,
      { status: 200, body: replaying },
      { status: 200, body: done },
    ]);
    await expect(restore()).resolves.toMatchObject({
      restoredTo: ts,
      verification,
      directory: '/d/restored/x',
    });
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /v1/restores',
      'GET /v1/restores/r1',
      'GET /v1/restores/r1',
    ]);
    expect(restoreRequestSchema.parse(JSON.parse(asked[0]?.body ?? ''))).toEqual({
      deploymentId: 'sample',
      target: { kind: 'time', time: '2025-11-24T16:00:12Z' },
      delivery: { kind: 'directory', path: '/d/restored/x' },
    });
    expect(told).toEqual(['replaying the writes after the snapshot: 0 of 5 oplog entries']);
  });

  it('waits for a service that is being started again, and asks for the same job', async () => {
    const { asked, restore } = await serving([
      { status: 503, body: {} },
      accepted,
      { status: 503, body: {} },
      { status: 200, body: planned },
      { status: 200, body: { ...planned, state: 'Delivered', restoredTo: ts, verification } },
    ]);
    await expect(restore()).resolves.toMatchObject({ restoredTo: ts });
    expect(asked.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /v1/restores',
      'POST /v1/restores',
      'GET /v1/restores/r1',
      'GET /v1/restores/r1',
      'GET /v1/restores/r1',
    ]);
    expect(asked[0]?.key).toBe(asked[1]?.key);
  });

  it('tells why a restore is refused', async () => {
    const problem = {
      title: 'Outside windows',
      detail: 'not archived yet',
      code: 'RESTORE-10002',
      solution: 'Wait.',
    };
    const { restore } = await serving([{ status: 422, body: problem }]);
    await expect(restore()).rejects.toMatchObject({
      code: 'LAUNCHER-10009',
      message: 'the restore was refused: not archived yet (RESTORE-10002: Wait.)',
    });
    const other = await serving([{ status: 502, body: 'bad gateway' }]);
    await expect(other.restore()).rejects.toThrow('the restore was refused: HTTP 502 bad gateway');
  });

  it('tells why a restore failed', async () => {
    const error = { code: 'RESTORE-10007', message: 'the disk is too small', solution: 'Free space.' };
    const { restore } = await serving([
      accepted,
      { status: 200, body: { ...planned, state: 'Failed', error } },
    ]);
    await expect(restore()).rejects.toMatchObject({
      code: 'LAUNCHER-10010',
      message: 'restore r1 failed: the disk is too small (RESTORE-10007: Free space.)',
    });
  });

  it('takes no delivery without a proof', async () => {
    const { restore } = await serving([accepted, { status: 200, body: { ...planned, state: 'Delivered' } }]);
    await expect(restore()).rejects.toThrow('delivered without a proof');
  });
});
