import { cp, rename, rm } from 'node:fs/promises';
import type { RestoreWindowBody } from '@headwater/contracts';
import { compareTimestamps, type OplogTimestamp } from '@headwater/oplog';
import { eventually, markOplog, takeImage, type DeploymentImage } from '@headwater/testing';
import { imageDifferences } from './harness/comparison.js';
import { ProtectedSet } from './harness/protected-set.js';
import { withRestored } from './harness/restored-files.js';
import { oldestEntry } from './harness/source-oplog.js';
import { writesPassed } from './harness/writes-passed.js';
import { describeOnPair } from './spec-support/describe-on-pair.js';

/** What the source was at a moment that is archived. */
interface Moment {
  readonly ts: OplogTimestamp;
  readonly image: DeploymentImage;
}

const oplogMiB = 16;

// Each test makes an initial sync of its own and restores on both chains.
jest.setTimeout(600_000);

describeOnPair('a replica set whose oplog cannot be continued', () => {
  let scene: ProtectedSet;

  beforeAll(async () => {
    scene = await ProtectedSet.start({ oplogMiB, checkpointSeconds: 1 });
    await scene.headwater.witness(async () => {
      await scene.headwater.snapshotsSealed(1);
      await writesPassed(scene.writer, 200);
      await scene.writer.stop();
    });
  });
  afterAll(() => scene.stop());

  /** Of the source as it is now, once all of it is archived. */
  async function archivedMoment(): Promise<Moment> {
    const ts = await markOplog(scene.source);
    await scene.headwater.bus.archived(ts);
    return { ts, image: await takeImage(scene.source) };
  }

  /** Resolves when another chain than these has its first snapshot: it can be restored from then. */
  async function windowsBeside(older: readonly RestoreWindowBody[]): Promise<readonly RestoreWindowBody[]> {
    const { api } = scene.headwater;
    return eventually(
      async () => {
        const windows = await api.windows();
        return windows.length > older.length ? windows : null;
      },
      { deadlineMs: 180_000, describe: 'a restore window on a new chain' },
    );
  }

  async function differencesAt({ ts, image }: Moment, name: string, chain: string): Promise<string[]> {
    const { api } = scene.headwater;
    const path = scene.headwater.target(name);
    const { job } = await api.request({
      ...{ deploymentId: 'rs0', chain, target: { kind: 'timestamp', ...ts } },
      delivery: { kind: 'directory', path },
    });
    expect(await api.finished(job.id)).toMatchObject({ state: 'Delivered', restoredTo: ts, plan: { chain } });
    return withRestored(path, scene.binary, (client) =>
      imageDifferences(client, image, { copyWindow: true }),
    );
  }

  it('because it rolled over has a gap: a new chain follows, and both are what they were', () =>
    scene.headwater.witness(async () => {
      const { agent, api } = scene.headwater;
      const beforeGap = await archivedMoment();
      const before = await api.windows();
      await agent.stop();
      const isLost = async () => compareTimestamps(await oldestEntry(scene.source), beforeGap.ts) > 0;
      await eventually(
        async () => {
          await scene.fill(oplogMiB / 2);
          return isLost();
        },
        { deadlineMs: 120_000, pauseMs: 500, describe: 'the oplog to roll over' },
      );
      await agent.start();

      const [older, newer, ...others] = await windowsBeside(before);
      expect(others).toEqual([]);
      expect(older).toMatchObject({ chain: before[0]?.chain, from: before[0]?.from });
      expect(older?.endedBy).toMatchObject({ kind: 'gap', at: older?.to });
      expect(newer?.endedBy).toBeUndefined();
      const end = older?.endedBy?.kind === 'gap' ? older.endedBy.to : beforeGap.ts;
      const delivery = { kind: 'directory', path: scene.headwater.target('in-gap') };
      const refusal = await api.refusal({
        ...{ deploymentId: 'rs0', target: { kind: 'timestamp', ...end }, delivery },
      });
      expect(refusal).toMatchObject({
        reason: 'in-gap',
        nearestBefore: older?.to,
        nearestAfter: newer?.from,
      });

      const afterGap = await archivedMoment();
      expect(await differencesAt(beforeGap, 'before-gap', older?.chain ?? '')).toEqual([]);
      expect(await differencesAt(afterGap, 'after-gap', newer?.chain ?? '')).toEqual([]);
    }));

  it('because it was put back to an older state has a fork: the replaced history stays on its own chain', () =>
    scene.headwater.witness(async () => {
      const { member, source } = scene;
      const aside = `${member.directory}.aside`;
      await member.stop();
      await cp(member.directory, aside, { recursive: true });
      await member.restart();
      await source
        .db('app')
        .collection('replaced')
        .insertOne({ n: 1 }, { writeConcern: { w: 'majority' } });
      const replaced = await archivedMoment();
      const before = await scene.headwater.api.windows();
      await member.stop();
      await rm(member.directory, { recursive: true });
      await rename(aside, member.directory);
      await member.restart();
      await source
        .db('app')
        .collection('instead')
        .insertOne({ n: 2 }, { writeConcern: { w: 'majority' } });

      const windows = await windowsBeside(before);
      const [older, newer] = windows.slice(-2);
      expect(older).toMatchObject({ chain: before.at(-1)?.chain });
      expect(older?.endedBy).toEqual({ kind: 'fork', at: older?.to });
      expect(newer?.endedBy).toBeUndefined();
      expect(windows[0]?.endedBy?.kind).toBe('gap');

      const now = await archivedMoment();
      expect(await differencesAt(replaced, 'replaced', older?.chain ?? '')).toEqual([]);
      expect(await differencesAt(now, 'instead', newer?.chain ?? '')).toEqual([]);
    }));
});
