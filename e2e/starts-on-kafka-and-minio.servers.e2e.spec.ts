import { temporaryDirectory, whyNoKafka, whyNoS3Server, type TemporaryDirectory } from '@headwater/testing';
import { Launcher } from './harness/launcher.js';
import { processesBelow } from './harness/leftovers.js';
import { withLogs } from './harness/witness.js';

const missing = whyNoKafka() ?? whyNoS3Server('minio');
const declare = missing === null ? describe : describe.skip;
const name = 'npm start -- --once --bus kafka --store minio';

declare(missing === null ? name : `${name} (SKIPPED: ${missing})`, () => {
  let home: TemporaryDirectory;

  beforeAll(async () => {
    home = await temporaryDirectory('hw-servers-');
  });
  afterAll(() => home.remove());

  it('restores and verifies with every batch through Kafka and every object in MinIO, and leaves nothing running', async () => {
    const launcher = await Launcher.once(home.path, ['--bus', 'kafka', '--store', 'minio']);
    try {
      expect(await launcher.ended()).toBe(0);
      const steps = launcher.lines.filter(({ state }) => state === 'done').map(({ step }) => step);
      expect(steps).toEqual(expect.arrayContaining(['bus', 'store', 'snapshot', 'restore', 'verification']));
      const result = launcher.lines.findLast(({ step }) => step === 'result');
      const kinds: unknown = expect.arrayContaining(
        ['packs', 'oplog', 'initial-sync', 'snapshots'].map((kind): unknown =>
          expect.objectContaining({ kind }),
        ),
      );
      expect(result).toMatchObject({ state: 'done', stored: { kinds } });
      expect(await processesBelow(home.path)).toEqual([]);
    } catch (error) {
      throw withLogs(error, launcher.tail());
    }
  });
});
