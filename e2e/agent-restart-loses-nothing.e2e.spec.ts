import { Random, markOplog } from '@headwater/testing';
import { compareOplogs } from './harness/archived-oplog.js';
import { compareRestored } from './harness/comparison.js';
import { ProtectedSet } from './harness/protected-set.js';
import { writesPassed } from './harness/writes-passed.js';
import { describeOnPair } from './spec-support/describe-on-pair.js';

/** Small parts, and few of them under way: the copy lasts long enough to be killed in its middle. */
const slowCopy = { HEADWATER_INITIAL_SYNC_PART_MIB: '1', HEADWATER_INITIAL_SYNC_WINDOW_MIB: '1' };

describeOnPair('an agent that is killed again and again', () => {
  const random = new Random(3);
  let scene: ProtectedSet;

  beforeAll(async () => {
    scene = await ProtectedSet.start({ fillerMiB: 40, environment: slowCopy });
  });
  afterAll(() => scene.stop());

  it('abandons the initial sync that it left behind, and a new one makes a snapshot in the end', () =>
    scene.headwater.witness(async () => {
      const { agent, bus } = scene.headwater;
      const syncs = new Set<string>();
      for (let kill = 1; kill <= 2; kill++) {
        const parts = 2 + random.below(15);
        const interrupted = await bus.captureUntil(
          `initial sync ${kill} to have ${parts} parts archived`,
          ({ order, sync }) =>
            order === 'initial-sync' && !syncs.has(sync?.id ?? '') && (sync?.archivedPart ?? 0) >= parts,
        );
        syncs.add(interrupted.sync?.id ?? '');
        await agent.kill9();
        await writesPassed(scene.writer, random.below(100));
        await agent.start();

        const next = await bus.captureUntil('a new epoch', ({ epoch }) => epoch > interrupted.epoch);
        expect(next).toMatchObject({ order: 'initial-sync', epoch: interrupted.epoch + 1 });
        expect(next.reason).toContain(`${interrupted.sync?.id ?? ''} was abandoned`);
        expect(syncs).not.toContain(next.sync?.id);
      }
      await scene.headwater.snapshotsSealed(1);
    }));

  it('loses, doubles and reorders nothing of the oplog', () =>
    scene.headwater.witness(async () => {
      const { agent, bus, api } = scene.headwater;
      const { epoch } = await bus.captureUntil('the order to tail', ({ order }) => order === 'tail');
      for (let kill = 1; kill <= 6; kill++) {
        await writesPassed(scene.writer, random.below(400));
        await agent.kill9();
        await writesPassed(scene.writer, random.below(400));
        await agent.start();
      }
      await writesPassed(scene.writer, 200);
      await scene.writer.stop();
      await bus.archived(await markOplog(scene.source));

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
