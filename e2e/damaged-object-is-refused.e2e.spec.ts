import { readdir } from 'node:fs/promises';
import type { RestoreJobBody, RestoreRequest, RestoreTarget } from '@headwater/contracts';
import { compareTimestamps } from '@headwater/oplog';
import type { Manifest, SliceRef, StoredBlock } from '@headwater/repository';
import { Random, markOplog } from '@headwater/testing';
import type { ObjectStore } from '@headwater/object-store';
import { withArchive } from './harness/archived-oplog.js';
import { Headwater } from './harness/headwater.js';
import type { StorePlace } from './harness/pair.js';
import { ProtectedSet } from './harness/protected-set.js';
import { Refused } from './harness/restore-api.js';
import { withRestored } from './harness/restored-files.js';
import { ObjectDamage, copyStore, someOffsets } from './harness/store-damage.js';
import { writesPassed } from './harness/writes-passed.js';
import { describeOnPair } from './spec-support/describe-on-pair.js';

/** An object that a restore to the latest moment needs. */
interface Needed {
  readonly key: string;
  /** Bytes of it that are surely needed: all of them, or those of one block. */
  readonly from?: number;
  readonly size?: number;
}

const folder = 'deployments/rs0/rs0/';
const latest: RestoreTarget = { kind: 'latest' };

describeOnPair('a restore that needs a damaged or missing object', () => {
  const random = new Random(5);
  let scene: ProtectedSet;
  /** A restore service and nothing else, on a copy of the store. */
  let onCopy: Headwater;
  let place: StorePlace;
  let store: ObjectStore;
  let paths = 0;

  beforeAll(async () => {
    scene = await ProtectedSet.start({ snapshotIntervalSeconds: 5, blockSnapshotIntervalSeconds: 5 });
    const { headwater, writer, source, binary } = scene;
    await headwater.witness(() => headwater.snapshotsSealed(2));
    await headwater.snapshotBuilder.stop();
    await writesPassed(writer, 500);
    await writer.stop();
    await headwater.bus.archived(await markOplog(source));
    place = headwater.pair.emptyStore();
    store = await place.open();
    const original = await headwater.pair.store.open();
    await copyStore(original, store);
    await original.close();
    onCopy = await Headwater.start({
      uri: 'mongodb://not-needed.invalid',
      binary,
      start: ['restore'],
      environment: place.environment,
    });
  });
  afterAll(async () => {
    await onCopy.stop();
    await store.close();
    await scene.stop();
  });

  const requestFor = (target: RestoreTarget): RestoreRequest => ({
    deploymentId: 'rs0',
    target,
    delivery: { kind: 'directory', path: onCopy.target(`restore-${++paths}`) },
  });

  /** Why it was refused, or failed; what it left behind. */
  async function attempt(target: RestoreTarget): Promise<{ complaint: string; left: string[] }> {
    const request = requestFor(target);
    const complaint = await onCopy.api
      .request(request)
      .then(({ job }) => onCopy.api.finished(job.id))
      .then(
        (job) => (job.state === 'Failed' ? (job.error?.message ?? 'no reason') : 'it was delivered'),
        (error: unknown) => {
          if (error instanceof Refused) return error.problem.detail;
          throw error;
        },
      );
    return { complaint, left: await readdir(request.delivery.path).catch(() => []) };
  }

  async function newestManifest(): Promise<Manifest> {
    return withArchive(place, async ({ snapshots }) => {
      const id = (await snapshots.list()).at(-1)?.id ?? '';
      return snapshots.read(id);
    });
  }

  async function firstManifest(): Promise<Manifest> {
    return withArchive(place, async ({ snapshots }) => snapshots.read((await snapshots.list())[0]?.id ?? ''));
  }

  /** A file map of the newest snapshot's data that the first one has not: that can do without it. */
  async function fileMapOfNewest(): Promise<string> {
    const others = new Set((await firstManifest()).files.flatMap(({ fileMaps }) => fileMaps));
    const data = (await newestManifest()).files.filter(({ path }) => path.startsWith('collection-'));
    const sha256 = data.flatMap(({ fileMaps }) => fileMaps).find((map) => !others.has(map));
    if (sha256 === undefined) throw new Error('the newest snapshot has no file map of its own');
    return sha256;
  }

  /** A block of the newest snapshot that no other snapshot has. */
  async function blockOfNewest(): Promise<StoredBlock> {
    const manifest = await newestManifest();
    const first = await firstManifest();
    return withArchive(place, async ({ snapshots }) => {
      for (const sha256 of manifest.files.flatMap(({ fileMaps }) => fileMaps)) {
        for (const block of (await snapshots.readFileMap(sha256)).blocks) {
          if ('pack' in block && !first.packs.includes(block.pack)) return block;
        }
      }
      throw new Error('the newest snapshot has no block of its own');
    });
  }

  /** In the middle of those that a restore to the latest moment reads. */
  async function sliceAfterNewest(): Promise<SliceRef> {
    const { chain, position } = await newestManifest();
    const { slices } = await withArchive(place, ({ oplog }) => oplog.chain(chain));
    const after = slices.filter(({ from }) => compareTimestamps(from, position.ts) > 0);
    const slice = after.at(Math.floor(after.length / 2));
    if (slice === undefined) throw new Error('there is no slice after the newest snapshot');
    return slice;
  }

  const needed = {
    manifest: async (): Promise<Needed> => ({
      key: `${folder}snapshots/${(await newestManifest()).id}.json`,
    }),
    'file map': async (): Promise<Needed> => ({ key: `${folder}filemaps/${await fileMapOfNewest()}` }),
    pack: async (): Promise<Needed> => {
      const { pack, offset, length } = await blockOfNewest();
      return { key: `${folder}packs/${pack}`, from: offset, size: length };
    },
    slice: async (): Promise<Needed> => ({ key: (await sliceAfterNewest()).key }),
  } as const;

  it.each(Object.keys(needed) as (keyof typeof needed)[])('names a damaged %s', (kind) =>
    onCopy.witness(async () => {
      const { key, from = 0, size } = await needed[kind]();
      const object = await ObjectDamage.of(store, key);
      const length = size ?? object.size;
      const target = kind === 'manifest' ? await newestSnapshot() : latest;
      for (const offset of someOffsets(length, random)) {
        await object.during(object.flip(from + offset), () =>
          expectComplaint(target, key, `byte ${from + offset} is wrong`),
        );
        // From now on the service knows the snapshots that there are.
        await onCopy.api.snapshots();
      }
      await object.during(object.cut(from + Math.floor(length / 2)), () =>
        expectComplaint(target, key, 'its end is missing'),
      );
    }),
  );

  it.each(['file map', 'pack'] as const)('names a missing %s, and does without it where it can', (kind) =>
    onCopy.witness(async () => {
      const { key } = await needed[kind]();
      const { id: newest } = await newestManifest();
      const object = await ObjectDamage.of(store, key);
      await object.during(object.remove(), async () => {
        await expectComplaint({ kind: 'snapshot', snapshotId: newest }, key, 'it is missing');
        expect((await expectRestored(latest)).plan.base.id).not.toBe(newest);
      });
    }),
  );

  it('is refused behind a missing slice, and done up to it', () =>
    onCopy.witness(async () => {
      const [window] = await onCopy.api.windows();
      if (window === undefined) throw new Error('no window');
      const { key, from } = await sliceAfterNewest();
      const object = await ObjectDamage.of(store, key);
      await object.during(object.remove(), async () => {
        const problem = await onCopy.api.refusal(requestFor({ kind: 'timestamp', ...window.to }));
        expect(problem).toMatchObject({ status: 422, reason: 'after-windows', nearestBefore: from });
        await expectRestored({ kind: 'timestamp', ...from });
      });
    }));

  it('is done from another base that is whole', () =>
    onCopy.witness(async () => {
      const first = (await onCopy.api.snapshots())[0]?.id ?? '';
      await (await ObjectDamage.of(store, (await needed.pack()).key)).remove();
      await expectRestored({ kind: 'snapshot', snapshotId: first });

      await (await ObjectDamage.of(store, (await needed.manifest()).key)).flip(100);
      // It knew the snapshot while that was whole.
      await onCopy.restore.stop();
      await onCopy.restore.start();
      expect((await expectRestored(latest)).plan.base.id).toBe(first);
    }));

  async function expectComplaint(target: RestoreTarget, key: string, damage: string): Promise<void> {
    const refused: unknown = { complaint: expect.stringContaining(key) as unknown, left: [] };
    expect([damage, await attempt(target)]).toEqual([damage, refused]);
  }

  async function expectRestored(target: RestoreTarget): Promise<RestoreJobBody> {
    const request = requestFor(target);
    const job = await onCopy.api.restored(request);
    const differences = await withRestored(request.delivery.path, scene.binary, (client) =>
      scene.writer.verify(client, job.plan.target),
    );
    expect(differences).toEqual([]);
    return job;
  }

  async function newestSnapshot(): Promise<RestoreTarget> {
    return { kind: 'snapshot', snapshotId: (await newestManifest()).id };
  }
});
