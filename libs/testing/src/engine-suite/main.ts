import { writeFile } from 'node:fs/promises';
import { systemClock } from '@headwater/clock';
import { messageOf } from '@headwater/errors';
import { requestOf, usage, type EngineSuiteRequest } from './command-line.js';
import { linesOf, reportOf, tableOf } from './report.js';
import { runEngineSuite } from './suite.js';

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

async function run({ source, head, json }: EngineSuiteRequest, signal: AbortSignal): Promise<boolean> {
  say(
    `Testing mongod ${source.version}${head === source ? '' : ` with ${head.version} for the head`}; this takes some minutes.`,
  );
  const rows = await runEngineSuite({
    ...{ source, head, signal, clock: systemClock },
    onBegin: (promise, number, of) => say(`[${number}/${of}] ${promise}`),
    onRow: (row) => say(linesOf({ ...row, promise: '' }).join('\n')),
  });
  const report = reportOf(source, head, rows);
  say(tableOf(report));
  if (json !== null) await writeFile(json, `${JSON.stringify(report, null, 2)}\n`);
  return report.reliable;
}

async function main(): Promise<void> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      stop.abort(new Error(`Stopped by ${signal}.`));
    });
  }
  try {
    const request = await requestOf(process.argv.slice(2));
    if (request === null) say(usage);
    else process.exitCode = (await run(request, stop.signal)) ? 0 : 1;
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}

void main();
