import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { ObjectStore } from '@headwater/object-store';
import { DirectoryStore } from '@headwater/object-store/directory';
import { S3Store } from '@headwater/object-store/s3';
import { startS3Server } from '@headwater/testing';
import { figure, scaled, WrongAnswer, type Bench, type Benchmark, type Figure } from './benchmark.js';
import { timed } from './timing.js';

const mebibyte = 1024 * 1024;
/** What is stored most: small documents, slices, packs; and how many at once. */
const kinds = [
  { what: 'documents of 1 KiB', bytes: 1024, count: 1000, atOnce: 8 },
  { what: 'slices of 1 MiB', bytes: mebibyte, count: 256, atOnce: 4 },
  { what: 'packs of 32 MiB', bytes: 32 * mebibyte, count: 16, atOnce: 2 },
] as const;
const rangeBytes = 128 * 1024;
const ranges = 1000;

export const store: Benchmark = {
  name: 'store',
  title: 'objects created, read and listed: a directory, and a bucket of MinIO on the same disk',
  async run(bench) {
    const directory = await DirectoryStore.open(join(bench.directory, 'store'));
    const ofDirectory = await measure(bench, 'directory', directory);
    await directory.close();
    const started = await startS3Server('minio', {
      directory: join(bench.directory, 'minio'),
      onProgress: (line) => {
        bench.say(line);
      },
    });
    const { server } = started;
    try {
      const { accessKey, secretKey } = server.settings;
      const settings = {
        endpoint: server.endpoint,
        bucket: 'headwater',
        region: 'us-east-1',
        accessKey,
        secretKey,
      };
      const bucket = await S3Store.open(
        { ...settings, prefix: '', authority: null, pathStyle: true },
        { access: 'write', makeBucket: true },
      );
      const ofBucket = await measure(bench, 'MinIO', bucket);
      await bucket.close();
      return [...ofDirectory, ...ofBucket];
    } finally {
      await started.end();
    }
  },
};

async function measure(bench: Bench, name: string, objects: ObjectStore): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { what, bytes, count: full, atOnce } of kinds) {
    const count = scaled(bench, full, 4);
    const body = randomBytes(bytes);
    const keys = Array.from({ length: count }, (_, n) => `${bytes}/${String(n).padStart(6, '0')}`);
    const created = await timed(() =>
      together(keys, atOnce, async (key) => {
        if ((await objects.create(key, body)) !== 'created') throw new WrongAnswer(`${key} was there`);
      }),
    );
    const read = await timed(() =>
      together(keys, atOnce, async (key) => {
        if (!(await objects.read(key)).equals(body)) throw new WrongAnswer(`${key} has other bytes`);
      }),
    );
    bench.say(
      `${name}, ${what}: created in ${created.seconds.toFixed(1)} s, read in ${read.seconds.toFixed(1)} s`,
    );
    figures.push(
      figure(`${name}: ${what}, created`, count / created.seconds, '/s'),
      figure(`${name}: ${what}, created, bytes`, (count * bytes) / created.seconds, 'bytes/s'),
      figure(`${name}: ${what}, read, bytes`, (count * bytes) / read.seconds, 'bytes/s'),
    );
  }
  return [...figures, ...(await measureLooks(bench, name, objects))];
}

/** What a restore and every start of a service do: blocks out of packs, and listings. */
async function measureLooks(bench: Bench, name: string, objects: ObjectStore): Promise<Figure[]> {
  const pack = `${32 * mebibyte}/000000`;
  const offsets = Array.from({ length: scaled(bench, ranges, 16) }, (_, n) => ((n * 37) % 256) * rangeBytes);
  const ranged = await timed(() =>
    together(offsets, 8, async (offset) => {
      await objects.readRange(pack, offset, rangeBytes);
    }),
  );
  const listed = await timed(async () => {
    let keys = 0;
    for await (const { size } of objects.list('')) keys += size > 0 ? 1 : 0;
    return keys;
  });
  return [
    figure(`${name}: blocks of 128 KiB out of a pack`, offsets.length / ranged.seconds, '/s'),
    figure(`${name}: keys listed`, listed.result / listed.seconds, '/s'),
  ];
}

async function together<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
