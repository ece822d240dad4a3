import { Random, markOplog } from '@headwater/testing';
import { compareOplogs, withArchive } from './harness/archived-oplog.js';
import { compareRestored } from './harness/comparison.js';
import { ProtectedSet } from './harness/protected-set.js';
import { writesPassed } from './harness/writes-passed.js';
import { describeOnPair } from './spec-support/describe-on-pair.js';

/** Small parts, and few of them under way: the copy lasts long enough to be killed in its middle. */
const slowCopy = { HEADWATER_INITIAL_SYNC_PART_MIB: '1', HEADWATER_INITIAL_SYNC_WINDOW_MIB: '1' };

describeOnPair('an ingest that is killed again and again', () => {
  const random = new Random(4);
  let scene: ProtectedSet;

  beforeAll(async () => {
    scene = await ProtectedSet.start({ fillerMiB: 40, environment: slowCopy });
  });
  afterAll(() => scene.stop());

  it('goes on with the same initial sync after each kill', () =>
    scene.headwater.witness(async () => {
      const { ingest, bus } = scene.headwater;
      let least = 1;
      for (let kill = 1; kill <= 3; kill++) {
        least += 1 + random.below(8);
        await bus.captureUntil(
          `the initial sync to have ${least} parts archived`,
          ({ sync }) => (sync?.archivedPart ?? 0) >= least,
        );
        await ingest.kill9();
        await writesPassed(scene.writer, random.below(200));
        await ingest.start();
      }
      const { sync, tail } = await bus.captureUntil('the order to tail', ({ order }) => order === 'tail');
      await withArchive(scene.headwater.pair.store, async (archive) => {
        expect(await archive.syncs()).toEqual([sync?.id]);
        expect(await archive.oplog.chains()).toEqual([tail?.chain]);
      });
    }));

  it('loses, doubles and reorders nothing of the oplog', () =>
    scene.headwater.witness(async () => {
      const { ingest, bus, api } = scene.headwater;
      const { epoch } = await bus.captureUntil('the order to tail', ({ order }) => order === 'tail');
      for (let kill = 1; kill <= 6; kill++) {
        await writesPassed(scene.writer, random.below(400));
        await ingest.kill9();
        await writesPassed(scene.writer, random.below(400));
        await ingest.start();
      }
      await writesPassed(scene.writer, 200);
      await scene.writer.stop();
      await bus.archived(await markOplog(scene.source));
      await scene.headwater.snapshotsSealed(1);

      // Nobody had to be sent back for what was lost on the way.
      expect((await bus.capture())?.epoch).toBe(epoch);
      const { chain, entries, differences } = await compareOplogs(scene);
      expect(differences).toEqual([]);
      expect(entries).toBeGreaterThan(2000);
      const windows = await api.windows();
      expect(windows.map((window) => window.chain)).toEqual([chain]);
    }));

  it('gives a restore that equals the source, with every acknowledged write', () =>
    scene.headwater.witness(async () => {
      const { differences } = await compareRestored(scene, { kind: 'latest' }, { name: 'latest' });
      expect(differences).toEqual([]);
      expect(scene.writer.failures).toEqual([]);
    }));
});
