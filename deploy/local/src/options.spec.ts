import { parseOptions } from './options.js';

const refusal = (args: string[]): string => {
  try {
    parseOptions(args, {});
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return 'accepted';
};

describe('parseOptions', () => {
  it('takes a lasting directory for a run without end, and a temporary one with --once', () => {
    expect(parseOptions([], {})).toEqual({
      help: false,
      once: false,
      json: false,
      keep: false,
      uri: null,
      dataDirectory: `${process.cwd()}/headwater-data`,
      bus: 'embedded',
      store: 'directory',
    });
    expect(parseOptions(['--once'], {}).dataDirectory).toBeNull();
    expect(parseOptions(['--once', '--data-dir', '/somewhere'], {}).dataDirectory).toBe('/somewhere');
  });

  it('takes the replica set from --uri, else from the environment', () => {
    const environment = { HEADWATER_MONGODB_URI: 'mongodb://b/' };
    expect(parseOptions(['--uri', 'mongodb://a/'], environment).uri).toBe('mongodb://a/');
    expect(parseOptions([], environment).uri).toBe('mongodb://b/');
    expect(parseOptions([], { HEADWATER_MONGODB_URI: '' }).uri).toBeNull();
  });

  it('refuses what it does not know, in one sentence', () => {
    expect(refusal(['--onc'])).toBe("Unknown option '--onc'");
    expect(refusal(['once'])).toMatch(/^Unexpected argument 'once'/);
    expect(refusal(['--uri'])).toMatch(/argument missing/);
    expect(refusal(['--once=yes'])).toMatch(/does not take an argument/);
    expect(refusal(['--uri='])).toBe('--uri is empty');
    expect(refusal(['--bus', 'rabbit'])).toBe('--bus is one of embedded, kafka');
    expect(refusal(['--store=s3'])).toBe('--store is one of directory, minio');
    expect(refusal(['--bus', 'kafka', '--store', 'minio'])).toBe('accepted');
  });

  it('never repeats a password', () => {
    expect(refusal(['mongodb://root:hunter2@host/'])).toContain('mongodb://host');
    expect(refusal(['mongodb://root:hunter2@host/'])).not.toContain('hunter2');
  });
});
