import { launcherErrors } from '../launcher-errors.js';
import { failureOf } from './failure.js';
import { openCommand, resultFields, resultText, type Result } from './result.js';

const ts = { t: 1_764_000_012, i: 3 };
const result: Result = {
  second: ts.t,
  restoredTo: ts,
  snapshot: { t: 1_764_000_000, i: 1 },
  entriesReplayed: 2345,
  slices: 12,
  verification: {
    method: 'open',
    filesVerified: 41,
    bytesVerified: 312_000_000,
    oplogTop: ts,
    minvalidBegin: ts,
    mongodVersion: '6.0.5',
    collections: [
      { ns: 'local.oplog.rs', documents: 9 },
      { ns: 'shop.orders', documents: 60_123 },
      { ns: 'numbered-1.c0', documents: 77 },
    ],
  },
  proof: {
    present: 1234,
    absent: 567,
    sampleDocuments: 42_040,
  },
  directory: '/data/restored/x',
  mongod: '/bin/mongod',
  dataDirectory: '/data',
  removed: true,
  stored: null,
  restarts: {},
};

describe('resultText', () => {
  const text = resultText(result, [{ step: 'restore', seconds: 4.2 }], 61);

  it('says what was restored to when, how it was verified, and how to open it', () => {
    for (const part of [
      'Restored to 2025-11-24T16:00:12Z',
      'oplog timestamp 1764000012:3 (2025-11-24T16:00:12Z)',
      'snapshot of 2025-11-24T16:00:00Z and 2,345 oplog entries',
      '41 files of the snapshot (312 MB)',
      'ends at 1764000012:3, exactly where it must',
      'opened the files: 3 collections, 60,209 documents',
      'all 1,234 acknowledged by then are there',
      'of the 567 acknowledged later',
      'shop.orders          60,123\n',
      '/data/restored/x',
      'removed now',
      'files that were kept',
      '/bin/mongod --dbpath /data/restored/x --port 27117 --setParameter ttlMonitorEnabled=false',
    ]) {
      expect(text).toContain(part);
    }
    expect(text).not.toContain('local.oplog.rs');
    expect(text).toMatch(/restore +4\.2 s\n +all together +1 min 1 s$/);
  });

  it('says which services had to be started again', () => {
    expect(text).not.toContain('Started again');
    const restarted = resultText({ ...result, restarts: { agent: 2, ingest: 1 } }, [], 1);
    expect(restarted).toContain('agent 2 times, ingest 1 time');
  });

  it('does not claim what was not checked', () => {
    const own = resultText({ ...result, proof: null, removed: false }, [], 1);
    expect(own).not.toContain('numbered documents');
    expect(own).not.toContain('removed');
    expect(own).not.toContain('files that were kept');
    const early = { ...result.verification, oplogTop: { t: 1, i: 1 } };
    expect(resultText({ ...result, verification: early }, [], 1)).not.toContain('exactly');
  });

  it('is complete for programs', () => {
    expect(resultFields(result)).toMatchObject({
      target: '2025-11-24T16:00:12Z',
      restoredTo: ts,
      restoredToTime: '2025-11-24T16:00:12Z',
      directory: '/data/restored/x',
      entriesReplayed: 2345,
      verification: { filesVerified: 41, numberedWrites: { present: 1234, absent: 567 } },
    });
  });

  it('prints a command that a shell takes whatever the path', () => {
    expect(openCommand({ mongod: '/bin/mongod', directory: "/it's here" })).toContain(
      `--dbpath '/it'\\''s here'`,
    );
  });
});

describe('failureOf', () => {
  it('says what happened, what the log says, and what to do', () => {
    const details = { service: 'agent', logFile: '/d/logs/agent.log', logLines: ['08:00:12 FATAL no'] };
    const { text, fields } = failureOf(launcherErrors.serviceEnded('the agent ended', { details }));
    expect(text.split('\n')).toEqual([
      'the agent ended',
      'Last lines of /d/logs/agent.log:',
      '  08:00:12 FATAL no',
      expect.stringMatching(/^What to do: .*\(LAUNCHER-10004\)$/),
    ]);
    expect(fields).toMatchObject({ code: 'LAUNCHER-10004', ...details });
  });

  it('never shows a password', () => {
    const uri = 'mongodb://root:hunter2@host/';
    expect(failureOf(new Error(`cannot use ${uri}`)).text).toContain('mongodb://host/');
    expect(JSON.stringify(failureOf(new Error(`cannot use ${uri}`)))).not.toContain('hunter2');
    expect(JSON.stringify(failureOf(launcherErrors.badOption(uri)))).not.toContain('hunter2');
  });
});
