import { messageOf } from '@headwater/errors';
import { duration } from '../output/quantities.js';
import type { Run } from '../run.js';
import { beginning, observe } from '../services/supervision.js';
import type { Sample } from './sample.js';

const lookEveryMillis = 500;

/** Starts the sample's mongod again when it has ended, with the pauses of a service. */
export function keepSampleRunning(sample: Sample, run: Run, directory: string): void {
  const stopping = new AbortController();
  const signal = AbortSignal.any([stopping.signal, run.stop.signal]);
  const watching = watchOver(sample, run, { directory, signal }).catch(() => undefined);
  run.closings.add('watch over the sample', async () => {
    stopping.abort();
    await watching;
  });
}

/** @throws the signal’s reason: it ends with that only */
async function watchOver(
  sample: Sample,
  { clock, report, remarks }: Run,
  { directory, signal }: { readonly directory: string; readonly signal: AbortSignal },
): Promise<void> {
  let state = observe(beginning(0), { kind: 'ready' }, clock.ticksMillis()).after;
  for (;;) {
    await clock.sleep(lookEveryMillis, signal);
    if (sample.running) continue;
    const { after, consequence } = observe(state, { kind: 'ended', cause: 'other' }, clock.ticksMillis());
    const seconds = consequence.kind === 'start-again' ? consequence.inSeconds : 0;
    remarks.note('sample', 'the mongod of the sample is down');
    report.warn(
      `the mongod of the sample ended by itself: it is started again in ${duration(seconds)} (its log is below ${directory})`,
      { event: 'sample-ended', restartInSeconds: seconds },
    );
    await clock.sleep(seconds * 1000, signal);
    state = after;
    try {
      await sample.restart();
      state = observe(state, { kind: 'ready' }, clock.ticksMillis()).after;
      remarks.note('sample', null);
      report.say('the mongod of the sample is there again', { event: 'sample-back' });
    } catch (error) {
      report.warn(`the mongod of the sample does not start: ${messageOf(error)}`, { event: 'sample-failed' });
    }
  }
}
