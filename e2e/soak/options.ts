import { parseArgs } from 'node:util';
import { messageOf } from '@headwater/errors';

export interface SoakCommand {
  readonly help: boolean;
  readonly minutes: number;
  readonly writesPerSecond: number;
  readonly documents: number;
  readonly sampleSeconds: number;
  readonly snapshotIntervalSeconds: number;
  readonly busKeptMib: number;
  /** File to write; null for none. */
  readonly json: string | null;
}

/** What is wrong with the command line, for the person who typed it. */
export class BadOption extends Error {}

export const usage = `Usage: npm run soak -- [options]

Runs all services on a real replica set under a steady load, watches sizes, memory and lags, and restores in the end.

Options:
  --minutes NUMBER             How long; 60 unless told otherwise.
  --writes-per-second NUMBER   500 unless told otherwise.
  --documents NUMBER           How many there are all the time, of about 500 bytes; 100000 unless told otherwise.
  --sample-seconds NUMBER      From one look to the next; 30 unless told otherwise.
  --snapshot-seconds NUMBER    From one snapshot to the next; 300 unless told otherwise.
  --bus-kept-mib NUMBER        As HEADWATER_BUS_KEPT_MIB; 64 unless told otherwise.
  --json FILE                  Write every sample and the summary as JSON.
  --help                       Show this.

The exit code is 1 when a bound was exceeded, the restored files differ from the source, or a service ended.
`;

const value = { type: 'string' } as const;

/** @throws BadOption */
export function parseCommand(args: readonly string[]): SoakCommand {
  const values = parse(args);
  return {
    help: values.help,
    minutes: above(0, 'minutes', values.minutes),
    writesPerSecond: above(0, 'writes-per-second', values['writes-per-second']),
    documents: above(99, 'documents', values.documents),
    sampleSeconds: above(0, 'sample-seconds', values['sample-seconds']),
    snapshotIntervalSeconds: above(4, 'snapshot-seconds', values['snapshot-seconds']),
    busKeptMib: above(0, 'bus-kept-mib', values['bus-kept-mib']),
    json: values.json ?? null,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', default: false, short: 'h' },
        minutes: { ...value, default: '60' },
        'writes-per-second': { ...value, default: '500' },
        documents: { ...value, default: '100000' },
        'sample-seconds': { ...value, default: '30' },
        'snapshot-seconds': { ...value, default: '300' },
        'bus-kept-mib': { ...value, default: '64' },
        json: value,
      },
      strict: true,
    }).values;
  } catch (error) {
    throw new BadOption(messageOf(error));
  }
}

function above(least: number, name: string, text: string): number {
  const number = Number(text);
  if (number > least && number < 1e9) return number;
  throw new BadOption(`--${name} takes a number above ${least}.`);
}
