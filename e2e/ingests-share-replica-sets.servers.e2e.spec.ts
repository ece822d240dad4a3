import { formatPosition } from '@headwater/oplog';
import { Random, markOplog } from '@headwater/testing';
import { compareOplogs, withArchive } from './harness/archived-oplog.js';
import { compareRestored } from './harness/comparison.js';
import { Headwater } from './harness/headwater.js';
import { ProtectedSet } from './harness/protected-set.js';
import type { Service } from './harness/service.js';
import { writesPassed } from './harness/writes-passed.js';
import { describeOnServers } from './spec-support/describe-on-pair.js';

/** So that whatever happens, happens in the middle of one. */
const longSlices = { HEADWATER_SLICE_MAX_AGE_SECONDS: '5' };

/** How the ingest that has the replica set goes: in order, or at once. */
type End = 'stop' | 'kill9';

describeOnServers('ingests that join and leave', () => {
  const random = new Random(9);
  let scene: ProtectedSet;
  let another: Headwater;

  beforeAll(async () => {
    scene = await ProtectedSet.start({ environment: longSlices });
    const { binary, headwater, member } = scene;
    await headwater.witness(() => headwater.snapshotsSealed(1));
    const { directUri: uri } = member;
    another = await Headwater.start({
      ...{ uri, binary, environment: longSlices },
      ...{ pair: headwater.pair, start: ['ingest'] },
    });
  });
  afterAll(async () => {
    await another.stop();
    await scene.stop();
  });

  const witness = (test: () => Promise<void>) => scene.headwater.witness(() => another.witness(test));

  /** Until what is written now is archived. */
  async function goesOn(): Promise<void> {
    await scene.headwater.bus.archived(await markOplog(scene.source));
  }

  /** One ends, the other goes on from the store, and the first joins again. */
  async function handOver(from: Service, end: End): Promise<void> {
    await writesPassed(scene.writer, random.below(400));
    await from[end]();
    await goesOn();
    await from.start();
  }

  it('lose, double and reorder nothing, and send nobody back', () =>
    witness(async () => {
      const { ingest: first, bus } = scene.headwater;
      const { ingest: second } = another;
      const { epoch } = await bus.captureUntil('the order to tail', ({ order }) => order === 'tail');
      await handOver(first, 'stop');
      await handOver(second, 'kill9');
      await handOver(first, 'kill9');
      await handOver(second, 'stop');
      // The first one has it: the other comes and goes, and every time the group is put in order.
      for (const end of ['stop', 'kill9', 'stop'] as const) {
        await writesPassed(scene.writer, random.below(200));
        await second[end]();
        await writesPassed(scene.writer, random.below(200));
        await second.start();
      }
      await scene.writer.stop();
      await goesOn();

      const { entries, differences } = await compareOplogs(scene);
      expect(differences).toEqual([]);
      expect(entries).toBeGreaterThan(2000);
      expect((await bus.capture())?.epoch).toBe(epoch);
    }));

  it('archive every range once', async () => {
    const ranges = await withArchive(scene.headwater.pair.store, async ({ oplog }) => {
      const { slices } = await oplog.chain((await oplog.chains()).at(-1) ?? '');
      return Promise.all(slices.map(async (slice) => (await oplog.sliceHeader(slice)).range));
    });
    expect(ranges.slice(1).map(({ from }) => formatPosition(from))).toEqual(
      ranges.slice(0, -1).map(({ to }) => formatPosition(to)),
    );
  });

  it('leave what is restored without a difference', () =>
    witness(async () => {
      const { t, i } = await markOplog(scene.source);
      await scene.headwater.bus.archived({ t, i });
      const target = { kind: 'timestamp', t, i } as const;
      const { job, differences } = await compareRestored(scene, target, { name: 'shared', copyWindow: true });
      expect(job.restoredTo).toEqual({ t, i });
      expect(differences).toEqual([]);
    }));
});
