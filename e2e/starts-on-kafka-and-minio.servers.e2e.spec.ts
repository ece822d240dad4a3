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

  it('restores and verifies with every batch through Kafka and every object in MinIO, starts both again when they die, and leaves nothing running', async () => {
    const launcher = await Launcher.once(home.path, ['--bus', 'kafka', '--store', 'minio']);
    try {
      // Both die under it, once everything runs.
      await launcher.line(
        'that the services run',
        ({ step, state }) => step === 'services' && state === 'done',
      );
      for (const step of ['bus', 'store']) {
        process.kill(
          Number(launcher.lines.find((line) => line.step === step && line['pid'])?.['pid']),
          'SIGKILL',
        );
      }
      expect(await launcher.ended()).toBe(0);
      const events = launcher.lines.map(({ event }) => event);
      expect(events).toEqual(
        expect.arrayContaining(['kafka-ended', 'kafka-back', 'minio-ended', 'minio-back']),
      );
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
