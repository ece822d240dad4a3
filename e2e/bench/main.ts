import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { testMongod, temporaryDirectory } from '@headwater/testing';
import { messageOf } from '@headwater/errors';
import { holds, type Bench, type Benchmark } from './benchmark.js';
import { benchmarks } from './benchmarks.js';
import { machineFacts } from './machine.js';
import { BadOption, parseOptions, usage, type Options } from './options.js';
import type { Report, Result } from './report.js';
import { markdownTable, textTable } from './table.js';
import { timed } from './timing.js';

const print = (text: string): void => void process.stdout.write(`${text}\n`);

async function main(args: readonly string[]): Promise<number> {
  const options = optionsOf(args);
  if (options === null) return 2;
  if (options.help) {
    print(usage(benchmarks));
    return 0;
  }
  const report = await measure(options);
  if (options.json !== null) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
  if (options.markdown !== null) await writeFile(options.markdown, markdownTable(report));
  print(summary(report.results));
  return report.results.some(({ failure }) => failure !== null) ? 1 : 0;
}

function optionsOf(args: readonly string[]): Options | null {
  try {
    return parseOptions(args, benchmarks);
  } catch (error) {
    if (!(error instanceof BadOption)) throw error;
    process.stderr.write(`${error.message}\n`);
    return null;
  }
}

async function measure(options: Options): Promise<Report> {
  const { scale, mongorestore } = options;
  const binary = await testMongod();
  const machine = await machineFacts(binary, tmpdir());
  const results: Result[] = [];
  for (const benchmark of options.benchmarks) {
    const result = await runOne(benchmark, { binary, scale, mongorestore });
    results.push(result);
    print(textTable(result));
  }
  return { machine, scale, results };
}

async function runOne(benchmark: Benchmark, given: Omit<Bench, 'directory' | 'say'>): Promise<Result> {
  const { name, title } = benchmark;
  const directory = await temporaryDirectory('hw-bench-');
  const say = (line: string): void => {
    print(`  ${new Date().toISOString().slice(11, 19)} ${name}: ${line}`);
  };
  try {
    const { result, seconds } = await timed(() =>
      benchmark.run({ ...given, directory: directory.path, say }),
    );
    return { name, title, figures: result, seconds, failure: null };
  } catch (error) {
    return { name, title, figures: [], seconds: 0, failure: messageOf(error) };
  } finally {
    await directory.remove();
  }
}

function summary(results: readonly Result[]): string {
  const judged = results.flatMap(({ figures }) => figures.map(holds)).filter((good) => good !== null);
  const good = judged.filter(Boolean).length;
  const failed = results.filter(({ failure }) => failure !== null).length;
  return `${good} of ${judged.length} figures hold their bar, ${failed} of ${results.length} benchmarks failed`;
}

void main(process.argv.slice(2)).then((exitCode) => process.exit(exitCode));
