import type { Clock } from '@headwater/clock';
import { launcherErrors } from '../launcher-errors.js';
import type { Step } from '../output/report.js';
import { duration } from '../output/quantities.js';
import type { ProtectionWatch } from './protection-watch.js';
import { fatalTrouble, troubleText } from './trouble.js';
import type { ProtectionView } from './view.js';
import type { Sentence } from './wording.js';

const pollMillis = 100;
const progressEveryMillis = 500;
/** Agents speak once a second, even where nothing is written; a large head may work for long in silence. */
const silenceMillis = 600_000;

export interface FollowOptions<T> {
  readonly watch: ProtectionWatch;
  readonly step: Step;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** What is waited for; null or false while it has not come. */
  until(view: ProtectionView): T | null | false;
  sentence(view: ProtectionView): Sentence;
}

/**
 * Waits until the view shows what is waited for, telling meanwhile how far it is and what went wrong.
 *
 * @throws launcherErrors.captureRefused, captureFailing, noProgress; the signal's reason
 */
export async function follow<T>(options: FollowOptions<T>): Promise<T> {
  const { watch, step, clock, signal } = options;
  let toldTroubles = watch.view.troubles.length;
  let toldAt = Number.NEGATIVE_INFINITY;
  let heard = { version: watch.version, at: clock.ticksMillis() };
  for (;;) {
    signal.throwIfAborted();
    const { view, version } = watch;
    for (const trouble of view.troubles.slice(toldTroubles)) step.note(troubleText(trouble), { ...trouble });
    toldTroubles = view.troubles.length;
    const fatal = fatalTrouble(view);
    if (fatal !== null) throw fatal;
    const found = options.until(view);
    if (found !== null && found !== false) return found;
    const now = clock.ticksMillis();
    const { text, fields } = options.sentence(view);
    if (now - toldAt >= progressEveryMillis) {
      step.progress(text, fields);
      toldAt = now;
    }
    if (version !== heard.version) heard = { version, at: now };
    if (now - heard.at > silenceMillis) {
      throw launcherErrors.noProgress(`nothing happened for ${duration(silenceMillis / 1000)}: ${text}`);
    }
    await clock.sleep(pollMillis, signal);
  }
}
