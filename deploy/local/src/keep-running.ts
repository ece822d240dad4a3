import { Interrupted } from './interruption.js';
import type { Protection } from './protect-and-restore.js';
import type { Run } from './run.js';
import { serviceNames } from './services/service-names.js';

const lookEveryMillis = 1000;

/** Goes on until somebody ends it: that is its good end. @throws the reason of any other */
export async function keepRunning({ report, clock, stop }: Run, protection: Protection): Promise<void> {
  const { services, source, directory, deployment, watch, teller } = protection;
  const step = report.begin('running', 'Headwater keeps running, until Ctrl-C');
  await source.sample?.calmDown();
  for (const name of serviceNames) {
    const url = services.urlOf(name);
    step.note(`${name.padEnd(19)}${url}/docs`, { service: name, url, pid: services.pidOf(name) });
  }
  const restore = services.urlOf('restore');
  const asked = `curl -s ${restore}/v1/deployments/${encodeURIComponent(deployment)}/restore-windows`;
  step.note(`what can be restored: ${asked}`);
  try {
    for (;;) {
      teller.tell(watch.view);
      const { board, text, fields } = protection.status();
      step.progress(text, fields, board);
      await clock.sleep(lookEveryMillis, stop.signal);
    }
  } catch (error) {
    if (!(stop.signal.aborted && stop.signal.reason instanceof Interrupted)) throw error;
  }
  step.done(`the backup goes on where it ends now with --data-dir ${directory.path}`);
}
