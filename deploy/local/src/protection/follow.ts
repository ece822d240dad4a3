import type { Clock } from '@headwater/clock';
import { launcherErrors } from '../launcher-errors.js';
import type { Step } from '../output/report.js';
import { duration } from '../output/quantities.js';
import type { ProtectionWatch } from './protection-watch.js';
import { fatalTrouble } from './trouble.js';
import type { TroubleTeller } from './trouble-teller.js';
import type { ProtectionView } from './view.js';
import type { Sentence } from './wording.js';
import type { StatusBoard } from '../output/step-event.js';

const pollMillis = 100;
const progressEveryMillis = 500;

export interface FollowOptions<T> {
  readonly watch: ProtectionWatch;
  readonly step: Step;
  readonly teller: TroubleTeller;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** What is waited for; null or false while it has not come. */
  until(view: ProtectionView): T | null | false;
  sentence(view: ProtectionView): Sentence;
  /** Where the whole stands. */
  board(): StatusBoard;
  /** What changes as long as it comes nearer. */
  mark(view: ProtectionView): unknown;
  /** How long the mark may stand still, in seconds; null: for ever, and whatever is tried again is tried for ever. */
  readonly patienceSeconds: number | null;
}

/**
 * Waits until the view shows what is waited for, telling meanwhile how far it is and what went wrong.
 *
 * @throws launcherErrors.captureRefused, captureFailing, noProgress; the signal's reason
 */
export async function follow<T>(options: FollowOptions<T>): Promise<T> {
  const { watch, step, clock, signal, teller, patienceSeconds } = options;
  let toldAt = Number.NEGATIVE_INFINITY;
  let moved = { mark: '', at: clock.ticksMillis() };
  for (;;) {
    signal.throwIfAborted();
    const { view } = watch;
    teller.tell(view);
    const fatal = fatalTrouble(view, patienceSeconds === null);
    if (fatal !== null) throw fatal;
    const found = options.until(view);
    if (found !== null && found !== false) return found;
    const now = clock.ticksMillis();
    const { text, fields } = options.sentence(view);
    if (now - toldAt >= progressEveryMillis) {
      step.progress(text, fields, options.board());
      toldAt = now;
    }
    const mark = JSON.stringify(options.mark(view));
    if (mark !== moved.mark) moved = { mark, at: now };
    if (patienceSeconds !== null && now - moved.at > patienceSeconds * 1000) {
      throw launcherErrors.noProgress(`nothing moved for ${duration(patienceSeconds)}: ${text}`);
    }
    await clock.sleep(pollMillis, signal);
  }
}
