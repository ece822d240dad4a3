import { eventually, type NumberedWriter } from '@headwater/testing';

/** Resolves when so many more writes were acknowledged: a while in which something happens. */
export async function writesPassed(writer: NumberedWriter, count: number): Promise<void> {
  const goal = writer.acknowledged + count;
  await eventually(() => writer.acknowledged >= goal, {
    deadlineMs: 120_000,
    pauseMs: 5,
    describe: `${count} more writes`,
  });
}
