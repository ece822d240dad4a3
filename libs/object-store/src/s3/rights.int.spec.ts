import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startS3Server, temporaryDirectory, whyNoS3Server } from '@headwater/testing';
import type { StartedS3Server, TemporaryDirectory } from '@headwater/testing';
import { Connection } from './connection.js';
import { S3Store } from './index.js';
import { settingsOf, writing } from './spec-support/buckets.js';

const run = promisify(execFile);
const bucket = 'headwater';
const prefix = 'backups/prod';
const secretKey = 'a-secret-of-a-service';

interface Statement {
  readonly users: readonly string[];
  readonly actions: readonly string[];
  readonly on: readonly string[];
}

/** The rights of docs/object-stores.md. */
const statements: readonly Statement[] = [
  { users: ['ingest', 'builder', 'restore'], actions: ['ListBucket'], on: [''] },
  { users: ['ingest', 'builder', 'restore'], actions: ['GetObject'], on: [`/${prefix}/*`] },
  {
    users: ['ingest'],
    actions: ['PutObject', 'AbortMultipartUpload'],
    on: [`/${prefix}/headwater.json`, `/${prefix}/deployments/*`, `/${prefix}/probes/*`],
  },
  {
    users: ['builder'],
    actions: ['PutObject', 'AbortMultipartUpload'],
    on: [`/${prefix}/deployments/*`, `/${prefix}/probes/*`],
  },
  { users: ['ingest', 'builder'], actions: ['DeleteObject'], on: [`/${prefix}/probes/*`] },
];

const policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: statements.map(({ users, actions, on }) => ({
    Effect: 'Allow',
    Principal: { AWS: users },
    Action: actions.map((action) => `s3:${action}`),
    Resource: on.map((path) => `arn:aws:s3:::${bucket}${path}`),
  })),
});

const missing = whyNoS3Server('versitygw');
(missing === null ? describe : describe.skip)(missing ?? 'the rights that the documentation lists', () => {
  let home: TemporaryDirectory;
  let started: StartedS3Server;

  beforeAll(async () => {
    home = await temporaryDirectory();
    started = await startS3Server('versitygw', { usersDirectory: join(home.path, 'users') });
    const { server } = started;
    const root = await S3Store.open(settingsOf(server), writing);
    await root.close();
    for (const user of ['ingest', 'builder', 'restore']) await makeUser(user);
    const connection = new Connection(settingsOf(server));
    const { signal } = new AbortController();
    const answer = await connection.send({
      ...{ method: 'PUT', query: { policy: '' }, body: Buffer.from(policy), signal },
    });
    expect([answer.status, answer.body.toString()]).toEqual([expect.any(Number), '']);
    connection.close();
  });
  afterAll(async () => {
    await started.end();
    await home.remove();
  });

  async function makeUser(user: string): Promise<void> {
    const { settings, endpoint } = started.server;
    await run(settings.binary, [
      ...['admin', '-a', settings.accessKey, '-s', settings.secretKey, '-er', endpoint],
      ...['create-user', '-a', user, '-s', secretKey, '-r', 'user'],
    ]);
  }

  const open = (user: string, access: 'read' | 'write') =>
    S3Store.open(settingsOf(started.server, { bucket, prefix, accessKey: user, secretKey }), {
      // Which they may not; but it is there.
      ...{ access, makeBucket: true },
    });
  const refused = { code: 'STORE-10006', retryable: false };

  it('are enough for who writes, and for no more', async () => {
    const ingest = await open('ingest', 'write');
    expect(ingest.traits).toMatchObject({ createOnly: 'tried', multipart: true });
    const builder = await open('builder', 'write');
    const body = Buffer.alloc(9 * 1024 * 1024, 1);
    expect(await ingest.create('headwater.json', Buffer.from('{}'))).toBe('created');
    expect(await builder.create('deployments/a/rs0/packs/1', body)).toBe('created');
    expect(await ingest.create('deployments/a/rs0/packs/1', body)).toBe('exists');
    await expect(builder.create('other', Buffer.from('x'))).rejects.toMatchObject(refused);
    await expect(ingest.remove('deployments/a/rs0/packs/1')).rejects.toMatchObject(refused);
    await ingest.close();
    await builder.close();
  });

  it('are enough for who reads, and for no more', async () => {
    const [ingest, restore] = [await open('ingest', 'write'), await open('restore', 'read')];
    await ingest.create('deployments/a/identity.json', Buffer.from('{}'));
    expect((await restore.read('deployments/a/identity.json')).toString()).toBe('{}');
    expect(await restore.stat('deployments/nothing')).toBeNull();
    for await (const { key } of restore.list('deployments/a/i'))
      expect(key).toBe('deployments/a/identity.json');
    await expect(restore.create('deployments/a/x', Buffer.from('x'))).rejects.toMatchObject(refused);
    await expect(open('restore', 'write')).rejects.toMatchObject(refused);
    await ingest.close();
    await restore.close();
  });
});
