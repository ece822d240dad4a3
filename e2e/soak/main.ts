import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { messageOf } from '@headwater/errors';
import { testMongod } from '@headwater/testing';
import { machineFacts } from '../bench/machine.js';
import { BadOption, parseCommand, usage, type SoakCommand } from './options.js';
import { seriesOf } from './sample-series.js';
import type { Sample } from './sampler.js';
import { summaryOf } from './series.js';
import { soak, type SoakReport } from './soak.js';
import { boundTable, sampleHead, sampleLine, summaryTable } from './table.js';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(args: readonly string[]): Promise<number> {
  const command = commandOf(args);
  if (command === null) return 2;
  if (command.help) {
    print(usage);
    return 0;
  }
  const binary = await testMongod();
  const machine = await machineFacts(binary, tmpdir());
  const samples: Sample[] = [];
  print(sampleHead);
  try {
    const report = await soak({
      ...command,
      binary,
      onSample: (sample) => {
        samples.push(sample);
        print(sampleLine(sample));
      },
    });
    await write(command, { machine, command, ...report, summary: seriesOf(report.samples).map(summaryOf) });
    print(conclusion(report));
    return report.differences.length === 0 && report.bounds.every(({ holds }) => holds) ? 0 : 1;
  } catch (error) {
    await write(command, { machine, command, samples, failure: messageOf(error) });
    print(`\n${summaryTable(samples)}\n\nFAILED: ${messageOf(error)}`);
    return 1;
  }
}

function commandOf(args: readonly string[]): SoakCommand | null {
  try {
    return parseCommand(args);
  } catch (error) {
    if (!(error instanceof BadOption)) throw error;
    process.stderr.write(`${error.message}\n`);
    return null;
  }
}

async function write({ json }: SoakCommand, content: unknown): Promise<void> {
  if (json !== null) await writeFile(json, `${JSON.stringify(content, null, 2)}\n`);
}

function conclusion({ samples, bounds, differences, batches }: SoakReport): string {
  const peaks = samples.at(-1)?.processes.map(({ name, peakBytes }) => {
    return `${name} ${(peakBytes / 1024 / 1024).toFixed(0)}`;
  });
  const restored =
    differences.length === 0
      ? 'The restored files equal the source.'
      : `The restored files differ from the source:\n  ${differences.slice(0, 20).join('\n  ')}`;
  return [
    '',
    summaryTable(samples),
    '',
    `peaks of memory, MiB: ${(peaks ?? []).join(', ')}`,
    `the oldest batch on the bus has the offset ${batches.oldest}; batches hold ${(batches.bytes / 1024 / 1024).toFixed(1)} MiB`,
    '',
    boundTable(bounds),
    '',
    restored,
  ].join('\n');
}

void main(process.argv.slice(2)).then((exitCode) => process.exit(exitCode));
