import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '@headwater/errors';
import { launcherErrors } from './launcher-errors.js';

export interface Options {
  readonly help: boolean;
  /** Ends after the verification instead of going on until Ctrl-C. */
  readonly once: boolean;
  /** One JSON object a line on standard output instead of text. */
  readonly json: boolean;
  /** A temporary data directory stays when the run ends. */
  readonly keep: boolean;
  /** The replica set to protect; null for a sample. It may hold a password: never printed. */
  readonly uri: string | null;
  /** Absolute; null for a temporary one. */
  readonly dataDirectory: string | null;
  readonly bus: BusKind;
  readonly store: StoreKind;
}

export const busKinds = ['embedded', 'kafka'] as const;
export const storeKinds = ['directory', 'minio'] as const;
/** How the services talk to each other. */
export type BusKind = (typeof busKinds)[number];
/** Where they keep what is backed up. */
export type StoreKind = (typeof storeKinds)[number];

export const usage = `Usage: npm start -- [options]

Headwater backs up a MongoDB replica set continuously and restores any second of it as data files that a
plain mongod opens. This command runs all of it on this machine: it protects a sample replica set under a
live write load, restores it to a second in the past, and verifies the result.

Options:
  --once            End after the verification: exit code 0 when it succeeded, else 1.
                    Without it everything keeps running until Ctrl-C.
  --uri URI         Protect your own replica set instead of a sample. Nothing is written to it. npm prints
                    its command line: to keep a password out of it, set HEADWATER_MONGODB_URI instead.
  --data-dir DIR    Where everything is kept; started again on it, the backup goes on where it was.
                    By default ./headwater-data, and with --once a temporary directory, which is removed
                    at the end.
  --bus KIND        embedded (one file) or kafka: a broker of its own, which is obtained and started without
                    Docker (Java 17), or the one that HEADWATER_KAFKA_BROKERS names.
  --store KIND      directory or minio: a server of its own, which is built the first time (Go, some
                    minutes), or the one that HEADWATER_S3_ENDPOINT names.
  --keep            Do not remove the temporary directory, so that the restored files can be opened.
  --json            One JSON object a line on standard output, for programs (use npm start --silent).
  --help            Show this.

Every HEADWATER_* variable of the services may be set as well.
`;

/** Where a run that goes on until Ctrl-C keeps its data unless told otherwise. */
const lastingDirectory = 'headwater-data';

/**
 * @param environment where `HEADWATER_MONGODB_URI` is an alternative to --uri
 * @throws launcherErrors.badOption, without what may hold a password
 */
export function parseOptions(args: readonly string[], environment: NodeJS.ProcessEnv): Options {
  const { values } = parse(args);
  const uri = values.uri ?? (environment['HEADWATER_MONGODB_URI'] || null);
  if (uri === '') throw launcherErrors.badOption('--uri is empty');
  const directory = values['data-dir'] ?? (values.once ? null : lastingDirectory);
  if (directory === '') throw launcherErrors.badOption('--data-dir is empty');
  return {
    help: values.help,
    once: values.once,
    json: values.json,
    keep: values.keep,
    uri,
    dataDirectory: directory === null ? null : resolve(directory),
    bus: oneOf('--bus', values.bus, busKinds),
    store: oneOf('--store', values.store, storeKinds),
  };
}

function parse(args: readonly string[]) {
  const flag = { type: 'boolean', default: false } as const;
  const value = { type: 'string' } as const;
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { ...flag, short: 'h' },
        once: flag,
        json: flag,
        keep: flag,
        uri: value,
        'data-dir': value,
        bus: { ...value, default: busKinds[0] },
        store: { ...value, default: storeKinds[0] },
      },
      strict: true,
      allowPositionals: false,
    });
  } catch (error) {
    throw launcherErrors.badOption(firstSentence(messageOf(error)));
  }
}

function oneOf<T extends string>(name: string, value: string, kinds: readonly T[]): T {
  const kind = kinds.find((one) => one === value);
  if (kind === undefined) throw launcherErrors.badOption(`${name} is one of ${kinds.join(', ')}`);
  return kind;
}

/** Node's explanations go on about positional arguments, of which there are none. They may quote a URI. */
function firstSentence(message: string): string {
  const [sentence = ''] = message.split(/\.(?:\s|$)/);
  return sentence.replaceAll(/:\/\/[^\s/?#"\\]*@/g, '://').replaceAll('\n', ' ');
}
