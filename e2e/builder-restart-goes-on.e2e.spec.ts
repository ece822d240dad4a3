import { join } from 'node:path';
import type { HeadState } from '@headwater/contracts';
import { readState, type DirectoryState } from '@headwater/recovery';
import { eventually, markOplog } from '@headwater/testing';
import { compareRestored } from './harness/comparison.js';
import { processesBelow } from './harness/leftovers.js';
import { ProtectedSet } from './harness/protected-set.js';
import { writesPassed } from './harness/writes-passed.js';
import { describeOnPair } from './spec-support/describe-on-pair.js';

type Phase = DirectoryState['phase'];

describeOnPair('a snapshot-builder that is killed', () => {
  let scene: ProtectedSet;

  beforeAll(async () => {
    scene = await ProtectedSet.start({ fillerMiB: 60, start: ['ingest', 'agent', 'restore'] });
    await scene.headwater.witness(() =>
      scene.headwater.bus.captureUntil('the initial sync to be complete', ({ order }) => order === 'tail'),
    );
  });
  afterAll(() => scene.stop());

  /** Kills it at a moment, and starts it again. */
  async function killWhen(moment: () => Promise<unknown>): Promise<void> {
    const { snapshotBuilder } = scene.headwater;
    await moment();
    await snapshotBuilder.kill9();
    await snapshotBuilder.start();
  }

  const headIs = (describe: string, condition: (head: HeadState) => boolean) => () =>
    scene.headwater.bus.headUntil(describe, condition);

  /** What is being done to the files of the head. */
  const filesAre = (phase: Phase) => () =>
    eventually(
      async () =>
        (await readState(join(scene.headwater.headDirectory, 'rs0', 'rs0', 'data')))?.phase === phase,
      { deadlineMs: 120_000, pauseMs: 5, describe: `the head's files to be ${phase}` },
    );

  /** A mongod that replays, on a head that is not seeded yet. */
  const firstRecovery = () =>
    eventually(
      async () => {
        const mongods = await processesBelow(scene.headwater.headDirectory);
        return mongods.some(({ commandLine }) => commandLine.includes('recoverFromOplogAsStandalone'));
      },
      { deadlineMs: 120_000, pauseMs: 20, describe: 'the first recovery' },
    );

  it('while seeding, seeds again', () =>
    scene.headwater.witness(async () => {
      await scene.headwater.snapshotBuilder.start();
      await killWhen(
        headIs('documents to be loaded', ({ state, progress }) => state === 'seeding' && (progress ?? 0) > 0),
      );
      await killWhen(firstRecovery);
      await headIs('the head to be seeded', ({ state }) => state === 'sealing')();
    }));

  it('while uploading the first snapshot, seals it once', () =>
    scene.headwater.witness(async () => {
      const { api } = scene.headwater;
      await killWhen(
        headIs('an upload', ({ state, progress }) => state === 'sealing' && (progress ?? 0) > 0),
      );
      await scene.headwater.snapshotsSealed(1);
      expect(await api.snapshots()).toHaveLength(1);
      const target = { kind: 'snapshot', snapshotId: (await api.snapshots())[0]?.id ?? '' } as const;
      const { differences } = await compareRestored(scene, target, { name: 'first', copyWindow: true });
      expect(differences).toEqual([]);
    }));

  it.each(['appending', 'recovering'] as const)('while replaying (%s), goes on and seals', (phase) =>
    scene.headwater.witness(async () => {
      const { api, snapshotBuilder } = scene.headwater;
      const sealed = (await api.snapshots()).length;
      await writesPassed(scene.writer, 500);
      await snapshotBuilder.stop();
      await snapshotBuilder.start({
        HEADWATER_SNAPSHOT_INTERVAL_SECONDS: '5',
        HEADWATER_BLOCK_SNAPSHOT_INTERVAL_SECONDS: '5',
      });
      await killWhen(filesAre(phase));
      await scene.headwater.snapshotsSealed(sealed + 1);
    }),
  );

  it('has made snapshots of which each one, and the latest second, equals the source', () =>
    scene.headwater.witness(async () => {
      const { api, bus } = scene.headwater;
      await scene.writer.stop();
      await bus.archived(await markOplog(scene.source));
      const { job, differences } = await compareRestored(scene, { kind: 'latest' }, { name: 'latest' });
      expect(differences).toEqual([]);

      const newest = (await api.snapshots()).findLast(({ id }) => id === job.plan.base.id);
      const target = { kind: 'snapshot', snapshotId: newest?.id ?? '' } as const;
      const base = await compareRestored(scene, target, { name: 'newest' });
      expect(base.differences).toEqual([]);
    }));
});
