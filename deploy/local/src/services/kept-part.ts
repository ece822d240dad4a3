import { messageOf } from '@headwater/errors';
import { duration } from '../output/quantities.js';
import type { Run } from '../run.js';
import { beginning, observe } from './supervision.js';

const lookEveryMillis = 500;

/** A server of our own beside the services. */
export interface KeptPart {
  /** The first word of its events, and what remarks about it are kept under. */
  readonly name: 'sample' | 'kafka' | 'minio';
  /** As it is told of: `the mongod of the sample`. */
  readonly what: string;
  /** Where one reads why it ended; null for nowhere. */
  readonly log: string | null;
  running(): boolean;
  /** On the same data and address. */
  restart(): Promise<void>;
}

type Surroundings = Pick<Run, 'clock' | 'report' | 'remarks' | 'stop' | 'closings'>;

/** Starts it again when it has ended, with the pauses of a service. */
export function keepPartRunning(part: KeptPart, run: Surroundings): void {
  const stopping = new AbortController();
  const signal = AbortSignal.any([stopping.signal, run.stop.signal]);
  const watching = watchOver(part, run, signal).catch(() => undefined);
  run.closings.add(`watch over ${part.what}`, async () => {
    stopping.abort();
    await watching;
  });
}

/** @throws the signal’s reason: it ends with that only */
async function watchOver(
  part: KeptPart,
  { clock, report, remarks }: Surroundings,
  signal: AbortSignal,
): Promise<void> {
  const { name, what, log } = part;
  let state = observe(beginning(0), { kind: 'ready' }, clock.ticksMillis()).after;
  for (;;) {
    await clock.sleep(lookEveryMillis, signal);
    if (part.running()) continue;
    const { after, consequence } = observe(state, { kind: 'ended', cause: 'other' }, clock.ticksMillis());
    const seconds = consequence.kind === 'start-again' ? consequence.inSeconds : 0;
    remarks.note(name, `${what} is down`);
    const where = log === null ? '' : ` (its log is below ${log})`;
    report.warn(`${what} ended by itself: it is started again in ${duration(seconds)}${where}`, {
      event: `${name}-ended`,
      restartInSeconds: seconds,
    });
    await clock.sleep(seconds * 1000, signal);
    state = after;
    try {
      await part.restart();
      state = observe(state, { kind: 'ready' }, clock.ticksMillis()).after;
      remarks.note(name, null);
      report.say(`${what} is there again`, { event: `${name}-back` });
    } catch (error) {
      report.warn(`${what} does not start: ${messageOf(error)}`, { event: `${name}-failed` });
    }
  }
}
