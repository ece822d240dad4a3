import { testMongod } from '@headwater/testing';
import type { Sample } from './soak/sampler.js';
import { soak, type SoakReport } from './soak/soak.js';

const mebibyte = 1024 * 1024;
const busKeptMib = 1;

/** The short form of `npm run soak`: so little is kept on the bus that most of what passes over it must have gone. */
describe('a short soak of all services', () => {
  let report: SoakReport;
  let samples: readonly Sample[];

  beforeAll(async () => {
    report = await soak({
      binary: await testMongod(),
      minutes: 1.2,
      writesPerSecond: 400,
      documents: 10_000,
      sampleSeconds: 3,
      snapshotIntervalSeconds: 20,
      busKeptMib,
      onSample: () => undefined,
    });
    samples = report.samples;
  });

  it('took what was archived off the bus, and kept no more than it was told', () => {
    expect(report.batches.oldest).toBeGreaterThan(0);
    // The load has ended, and upkeep comes every few seconds: what is left is what is kept and what came last.
    expect(report.batches.bytes).toBeLessThan((busKeptMib + 2) * mebibyte);
    expect(samples.at(-1)?.writes).toBeGreaterThan(10_000);
  });

  it('stayed within the bounds of sizes, while the head moved', () => {
    // What a process takes in its first minute depends on the machine's allocator: the long run judges that.
    const sizes = report.bounds.filter(({ what }) => !what.startsWith('memory'));
    expect(sizes.filter(({ holds }) => !holds)).toEqual([]);
    expect(sizes.map(({ reached }) => reached > 0)).toEqual([true, true]);
    expect(samples.at(-1)?.snapshots).toBeGreaterThan(1);
  });

  it('restored what the source held', () => {
    expect(report.differences).toEqual([]);
  });
});
