import { parseArgs } from 'node:util';
import { messageOf } from '@headwater/errors';
import type { Benchmark } from './benchmark.js';

export interface Options {
  readonly help: boolean;
  readonly benchmarks: readonly Benchmark[];
  readonly scale: number;
  /** Files to write; null for none. */
  readonly json: string | null;
  readonly markdown: string | null;
  readonly mongorestore: string | null;
}

/** What is wrong with the command line, for the person who typed it. */
export class BadOption extends Error {}

export function usage(benchmarks: readonly Benchmark[]): string {
  return `Usage: npm run bench -- <name>... [options]

Measures Headwater on this machine, each figure beside what it is compared with, in one run, and checks that
what was measured did its work right. Figures of a loaded machine say little.

Benchmarks:
${[...benchmarks, { name: 'all', title: 'every one of them, one after the other' }]
  .map(({ name, title }) => `  ${name.padEnd(17)} ${title}`)
  .join('\n')}

Options:
  --json FILE       Write the figures, with facts about the machine, as JSON.
  --markdown FILE   Write them as a table in Markdown.
  --scale NUMBER    Sizes and times by this factor; 1 unless told otherwise. The bars are meant for 1.
  --mongorestore PATH
                    A mongorestore for 'replay' to measure against.
  --help            Show this.

The exit code is 1 when a benchmark failed, also by a wrong result; a figure short of its bar is no failure.
`;
}

/** @throws BadOption */
export function parseOptions(args: readonly string[], all: readonly Benchmark[]): Options {
  const { values, positionals } = parse(args);
  const scale = Number(values.scale);
  if (!(scale > 0 && scale <= 10)) throw new BadOption('--scale takes a number above 0 and up to 10.');
  return {
    help: values.help,
    benchmarks: values.help ? [] : chosen(positionals, all),
    scale,
    json: values.json ?? null,
    markdown: values.markdown ?? null,
    mongorestore: values.mongorestore ?? null,
  };
}

function chosen(names: readonly string[], all: readonly Benchmark[]): readonly Benchmark[] {
  const known = all.map(({ name }) => name);
  if (names.length === 0) throw new BadOption(`Name a benchmark: ${known.join(', ')}, or all.`);
  for (const name of names) {
    if (name !== 'all' && !known.includes(name)) {
      throw new BadOption(`There is no benchmark called '${name}': name ${known.join(', ')}, or all.`);
    }
  }
  return names.includes('all') ? all : all.filter(({ name }) => names.includes(name));
}

function parse(args: readonly string[]) {
  const value = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', default: false, short: 'h' },
        json: value,
        markdown: value,
        scale: { ...value, default: '1' },
        mongorestore: value,
      },
      strict: true,
      allowPositionals: true,
    });
  } catch (error) {
    throw new BadOption(messageOf(error));
  }
}
