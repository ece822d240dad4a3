import type { RestoreVerification } from '@headwater/contracts';
import { formatTimestamp, type OplogTimestamp } from '@headwater/oplog';
import type { NumberedWritesProof } from '../verification/numbered-writes.js';
import type { StoredObjects } from '../servers/stored-objects.js';
import { bytes, count, counted, duration, isoSecond } from './quantities.js';
import type { Report, Timing } from './report.js';
import type { Fields, StepName } from './step-event.js';

/** What a run has to show at its end. */
export interface Result {
  /** The second that was asked for. */
  readonly second: number;
  readonly restoredTo: OplogTimestamp;
  /** Of the snapshot that the restore began with; null where that is unknown. */
  readonly snapshot: OplogTimestamp | null;
  readonly entriesReplayed: number;
  readonly slices: number;
  readonly verification: RestoreVerification;
  /** Null where the writes are not ours to number. */
  readonly proof: NumberedWritesProof | null;
  readonly directory: string;
  /** Path of the mongod that opens the files. */
  readonly mongod: string;
  readonly dataDirectory: string;
  /** Nothing of it is left after this run. */
  readonly removed: boolean;
  /** What the bucket holds; null where the store is a directory. */
  readonly stored: StoredObjects | null;
  /** How often each service was started again, where one was. */
  readonly restarts: Readonly<Record<string, number>>;
}

/** Unlikely to be taken: the user's own mongod has 27017. */
const openPort = 27117;
const shownCollections = 12;

const stepTitles: Readonly<Record<StepName, string>> = {
  'data-directory': 'data directory',
  mongod: 'mongod',
  sample: 'sample replica set',
  source: 'your replica set',
  bus: 'Kafka',
  store: 'MinIO',
  services: 'services',
  'initial-sync': 'initial sync',
  snapshot: 'first snapshot',
  archive: 'archiving writes',
  restore: 'restore',
  verification: 'verification',
  running: 'running',
  stop: 'stop',
  result: 'result',
};

export function openCommand({ mongod, directory }: Pick<Result, 'mongod' | 'directory'>): string {
  const quoted = (path: string): string =>
    /^[\w./+-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
  return `${quoted(mongod)} --dbpath ${quoted(directory)} --port ${openPort} --setParameter ttlMonitorEnabled=false`;
}

/** The run has reached what it was for. */
export function showResult(report: Report, result: Result): void {
  report.result('done', resultText(result, report.steps, report.totalSeconds), resultFields(result));
}

export function resultText(result: Result, steps: readonly Timing[], totalSeconds: number): string {
  return [
    `Restored to ${isoSecond(result.second)}, and verified`,
    ...rows([
      [
        'Restored to',
        [
          `every write up to and including ${isoSecond(result.second)}; the last one has the`,
          `oplog timestamp ${formatTimestamp(result.restoredTo)} (${isoSecond(result.restoredTo.t)})`,
        ],
      ],
      [
        'Made from',
        [
          `the snapshot${result.snapshot === null ? '' : ` of ${isoSecond(result.snapshot.t)}`} and ${counted(result.entriesReplayed, 'oplog entry', 'oplog entries')} replayed on it`,
        ],
      ],
      ['Verified', verified(result)],
      ['Collections', collections(result.verification)],
      ['Files', where(result)],
      ...storedIn(result.stored),
      [
        'Open them with',
        [
          ...(result.removed ? ['(files that were kept, that is)'] : []),
          openCommand(result),
          '(without ttlMonitorEnabled=false mongod would begin to delete expired documents)',
        ],
      ],
      ...restarted(result.restarts),
      ['Elapsed', elapsed(steps, totalSeconds)],
    ]),
  ].join('\n');
}

export function resultFields(result: Result): Fields {
  const { second, restoredTo, verification, proof, ...rest } = result;
  return {
    ...rest,
    target: isoSecond(second),
    restoredTo,
    restoredToTime: isoSecond(restoredTo.t),
    verification: { ...verification, ...(proof === null ? {} : { numberedWrites: proof }) },
    command: openCommand(result),
  };
}

function verified({ verification, proof, restoredTo }: Result): string[] {
  const { filesVerified, bytesVerified, mongodVersion, collections: found, oplogTop } = verification;
  const total = verification.collectionsTotal ?? found.length;
  const documents =
    verification.documentsTotal ?? found.reduce((sum, collection) => sum + collection.documents, 0);
  return [
    `${counted(filesVerified, 'file')} of the snapshot (${bytes(bytesVerified)}) have the hashes they were stored with;`,
    `the restored oplog ends at ${formatTimestamp(oplogTop)}${oplogTop.t === restoredTo.t && oplogTop.i === restoredTo.i ? ', exactly where it must' : ''};`,
    `mongod ${mongodVersion} opened the files: ${counted(total, 'collection')}, ${counted(documents, 'document')}${proof === null ? '' : ';'}`,
    ...(proof === null
      ? []
      : [
          `of the numbered documents of the live load, all ${count(proof.present)} acknowledged by then are there, and none`,
          `of the ${count(proof.absent)} acknowledged later; ${count(proof.sampleDocuments)} unchanged sample documents are all there`,
        ]),
  ];
}

function collections({ collections: found }: RestoreVerification): string[] {
  const own = found
    .filter(({ ns }) => !/^(admin|config|local)\./.test(ns))
    .sort((a, b) => b.documents - a.documents);
  if (own.length === 0) return ['none but the server’s own'];
  const width = Math.max(...own.map(({ ns }) => ns.length));
  const lines = own
    .slice(0, shownCollections)
    .map(({ ns, documents }) => `${ns.padEnd(width)}  ${count(documents).padStart(12)}`);
  const more = own.length - lines.length;
  return more > 0 ? [...lines, `and ${count(more)} more`] : lines;
}

function where({ directory, removed }: Result): string[] {
  return removed
    ? [directory, '(temporary: removed now; --keep or --data-dir DIR would leave them)']
    : [directory];
}

function storedIn(stored: Result['stored']): (readonly [string, readonly string[]])[] {
  if (stored === null) return [];
  const { place, objects, bytes: size, kinds } = stored;
  const lines = kinds.map(
    ({ kind, objects: some, bytes: own }) =>
      `${kind.padEnd(20)}${counted(some, 'object').padStart(12)}${bytes(own).padStart(12)}`,
  );
  return [['Backed up in', [`bucket ${place}: ${counted(objects, 'object')}, ${bytes(size)}`, ...lines]]];
}

function restarted(restarts: Result['restarts']): (readonly [string, readonly string[]])[] {
  const each = Object.entries(restarts).map(([name, times]) => `${name} ${counted(times, 'time')}`);
  return each.length === 0 ? [] : [['Started again', [`${each.join(', ')}: it ended by itself meanwhile`]]];
}

function elapsed(steps: readonly Timing[], totalSeconds: number): string[] {
  const shown = steps.filter(({ step }) => step !== 'result');
  return [
    ...shown.map(({ step, seconds }) => `${stepTitles[step].padEnd(20)}${duration(seconds).padStart(12)}`),
    `${'all together'.padEnd(20)}${duration(totalSeconds).padStart(12)}`,
  ];
}

function rows(table: readonly (readonly [string, readonly string[]])[]): string[] {
  return table.flatMap(([name, lines]) =>
    lines.map((line, index) => `  ${(index === 0 ? name : '').padEnd(16)}${line}`),
  );
}
