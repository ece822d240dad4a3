import { once } from 'node:events';
import { join } from 'node:path';
import { systemClock } from '@headwater/clock';
import { Closings } from './closings.js';
import { Interrupted, watchForInterruption } from './interruption.js';
import { keepRunning } from './keep-running.js';
import { parseOptions, usage, type Options } from './options.js';
import { failureOf, type Failure } from './output/failure.js';
import { JsonLines } from './output/json-lines.js';
import { PlainLines } from './output/plain-lines.js';
import { Report } from './output/report.js';
import { showResult } from './output/result.js';
import type { Presenter } from './output/step-event.js';
import { Terminal } from './output/terminal.js';
import { protect, restoreAndVerify } from './protect-and-restore.js';
import { proveOnce } from './prove-once.js';
import { Remarks } from './remarks.js';
import { Verdict, type Run } from './run.js';

/** What was killed is gone after that. */
const hurryMillis = 10_000;

type Host = Pick<NodeJS.Process, 'on' | 'off' | 'ppid' | 'pid' | 'stdout' | 'stderr' | 'env' | 'argv'>;

/** @param programs the directory that holds `<service>/main.js`. Returns the exit code. Never rejects. */
export async function launch(host: Host, programs: string): Promise<number> {
  const args = host.argv.slice(2);
  try {
    const options = parseOptions(args, host.env);
    if (!options.help) return await runWith(options, host, programs);
    host.stdout.write(usage);
    return 0;
  } catch (error) {
    refuse(failureOf(error), host, args.includes('--json'));
    return 1;
  }
}

async function runWith(options: Options, host: Host, programs: string): Promise<number> {
  const interruption = watchForInterruption(host, systemClock);
  const { stop, hurry } = interruption;
  const report = new Report(presenterFor(options, host), systemClock);
  const run: Run = {
    options,
    environment: host.env,
    pid: host.pid,
    programs,
    clock: systemClock,
    report,
    closings: new Closings(),
    stop,
    hurry,
    verdict: new Verdict(),
    remarks: new Remarks(),
  };
  hurry.addEventListener('abort', () => {
    report.warn('asked once more: everything is ended at once', {});
    run.closings.killAll();
  });
  try {
    return await carryOut(run);
  } finally {
    interruption.end();
  }
}

async function carryOut(run: Run): Promise<number> {
  const { report, options } = run;
  try {
    const protection = await protect(run);
    if (options.once) {
      const result = await restoreAndVerify(run, protection);
      await windUp(run);
      if (result !== null) showResult(report, result);
    } else {
      await proveOnce(run, protection);
      await keepRunning(run, protection);
      await windUp(run);
    }
    return run.verdict.unproved ? 1 : 0;
  } catch (error) {
    return await fail(run, error);
  }
}

/** The reason that ended the run counts, not what broke because of it. */
async function fail(run: Run, thrown: unknown): Promise<number> {
  const { report, stop, verdict } = run;
  const error: unknown = stop.signal.aborted ? stop.signal.reason : thrown;
  const interrupted = error instanceof Interrupted ? error : null;
  verdict.failed = interrupted === null;
  const failure = failureOf(error);
  const heading = interrupted === null ? 'FAILED' : 'Ended';
  report.failed(`${heading}: ${failure.text}`, failure.fields);
  stop.abort(error);
  await windUp(run);
  const stays =
    verdict.stays === null
      ? ''
      : ` What there is stays in ${verdict.stays} (logs: ${join(verdict.stays, 'logs')}).`;
  const ended = interrupted === null ? 'Nothing was proved: see above.' : 'Ended early.';
  report.result('failed', `${ended}${stays}`, { ...failure.fields, dataDirectory: verdict.stays });
  return interrupted?.exitCode ?? 1;
}

/** Ends everything in order. What does not end well is said, and changes nothing about how the run went. */
async function windUp({ report, closings, hurry, clock }: Run): Promise<void> {
  if (closings.none) return;
  const step = report.begin('stop', 'Stopping everything in order (Ctrl-C once more: at once)');
  const closed = closings.closeAll((name) => {
    step.progress(`ending: ${name}`);
  });
  const givenUp = once(hurry, 'abort').then(() => clock.sleep(hurryMillis));
  const failures = await Promise.race([closed, givenUp]);
  if (failures === undefined) {
    step.done('given up: what was killed may still be ending');
    return;
  }
  for (const { name, error } of failures) {
    step.note(`${name} did not end well: ${failureOf(error).text}`);
  }
  step.done('nothing is left running');
}

function presenterFor({ json }: Options, { stdout, env }: Host): Presenter {
  const write = (text: string): void => void stdout.write(text);
  if (json) return new JsonLines(write);
  const draws = stdout.isTTY && env['TERM'] !== 'dumb';
  return draws ? new Terminal(stdout, !env['NO_COLOR']) : new PlainLines(write);
}

function refuse({ text, fields }: Failure, { stdout, stderr }: Host, json: boolean): void {
  if (json) {
    new JsonLines((line) => void stdout.write(line)).show({
      time: systemClock.now(),
      step: 'result',
      state: 'failed',
      text,
      fields,
    });
  } else {
    stderr.write(`${text}\n\n${usage}`);
  }
}
