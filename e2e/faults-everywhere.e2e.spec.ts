import { forkRecorded, gapRecorded, initialSyncCompleted } from '@headwater/contracts';
import { markOplog } from '@headwater/testing';
import { compareOplogs } from './harness/archived-oplog.js';
import { compareRestored } from './harness/comparison.js';
import { faultsOf } from './harness/faults.js';
import { ProtectedSet } from './harness/protected-set.js';
import { serviceNames } from './harness/service.js';
import { writesPassed } from './harness/writes-passed.js';
import { describeOnPair } from './spec-support/describe-on-pair.js';

const seeds = (process.env['FAULT_SEEDS'] ?? '1').split(',');
const rates = 'store=0.15,bus=0.1';
const leastOnEachPort = 50;

for (const seed of seeds) {
  describeOnPair(
    `calls of the store and the bus that fail before or after their effect (seed ${seed})`,
    () => {
      let scene: ProtectedSet;

      beforeAll(async () => {
        scene = await ProtectedSet.start({
          fillerMiB: 20,
          writesPerSecond: 100,
          snapshotIntervalSeconds: 5,
          start: serviceNames,
          environment: {
            HEADWATER_FAULTS: `seed=${seed},${rates}`,
            HEADWATER_INITIAL_SYNC_PART_MIB: '1',
            HEADWATER_INITIAL_SYNC_WINDOW_MIB: '4',
          },
        });
      });
      afterAll(() => scene.stop());

      it('neither lose nor double nor reorder anything of the oplog', () =>
        scene.headwater.witness(async () => {
          await scene.headwater.snapshotsSealed(2);
          await writesPassed(scene.writer, 500);
          await scene.writer.stop();
          await scene.headwater.bus.archived(await markOplog(scene.source));
          const { entries, differences } = await compareOplogs(scene);
          expect(differences).toEqual([]);
          expect(entries).toBeGreaterThan(1000);
        }));

      it('leave a restore that equals the source, with every acknowledged write', () =>
        scene.headwater.witness(async () => {
          const { differences } = await compareRestored(scene, { kind: 'latest' }, { name: 'latest' });
          expect(differences).toEqual([]);
          expect(scene.writer.failures).toEqual([]);
        }));

      it('cost no gap and no fork, and no service its life', () =>
        scene.headwater.witness(async () => {
          const types = await scene.headwater.bus.eventTypes();
          expect(types).toContain(initialSyncCompleted.type);
          expect(types).not.toContain(gapRecorded.type);
          expect(types).not.toContain(forkRecorded.type);
          expect(scene.headwater.services.filter((service) => service.endedByItself)).toEqual([]);
        }));

      it('happened', async () => {
        const happened = await Promise.all(scene.headwater.services.map(({ url }) => faultsOf(url)));
        const sum = (port: 'store' | 'bus') => happened.reduce((total, each) => total + each[port], 0);
        expect(sum('store')).toBeGreaterThan(leastOnEachPort);
        expect(sum('bus')).toBeGreaterThan(leastOnEachPort);
      });
    },
  );
}
