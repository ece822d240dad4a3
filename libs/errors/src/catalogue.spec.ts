import { defineErrors, errorCatalogue, isHeadwaterError, isOneOf, isRetryable, messageOf } from './index.js';

describe('defineErrors', () => {
  const errors = defineErrors('SPEC', {
    diskFull: { number: 10001, retryable: true, solution: 'Free some space.' },
    broken: { number: 90001, solution: 'Report this.' },
  });

  it('makes errors that carry their code, their cause and what to do', () => {
    const cause = new Error('ENOSPC');
    const error = errors.diskFull('no space left', { cause, details: { path: '/data' } });
    expect(error).toMatchObject({
      code: 'SPEC-10001',
      retryable: true,
      solution: 'Free some space.',
      cause,
      details: { path: '/data' },
      message: 'no space left',
    });
    expect(isHeadwaterError(error)).toBe(true);
    expect(isHeadwaterError(cause)).toBe(false);
  });

  it('recognises an error by the factories that may have made it, and nothing else', () => {
    const { diskFull, broken } = errors;
    expect([diskFull.code, broken.code]).toEqual(['SPEC-10001', 'SPEC-90001']);
    const error: unknown = diskFull('no space left');
    expect(isOneOf(error, [diskFull])).toBe(true);
    expect(isOneOf(error, [broken, diskFull])).toBe(true);
    expect(isOneOf(error, [broken])).toBe(false);
    expect(isOneOf(error, [])).toBe(false);
    // A foreign error may have a code of its own.
    expect(isOneOf(Object.assign(new Error(), { code: diskFull.code }), [diskFull])).toBe(false);
    expect(isOneOf(null, [diskFull])).toBe(false);
  });

  it('tells what may pass by itself, of our own errors only', () => {
    expect(isRetryable(errors.diskFull('-'))).toBe(true);
    expect(isRetryable(errors.broken('-'))).toBe(false);
    expect(isRetryable(Object.assign(new Error(), { retryable: true }))).toBe(false);
    expect(isRetryable(undefined)).toBe(false);
  });

  it('puts every error in the catalogue', () => {
    expect(errorCatalogue().filter((entry) => entry.area === 'SPEC')).toEqual([
      { code: 'SPEC-10001', area: 'SPEC', name: 'diskFull', solution: 'Free some space.', retryable: true },
      { code: 'SPEC-90001', area: 'SPEC', name: 'broken', solution: 'Report this.', retryable: false },
    ]);
  });

  it('refuses a second meaning of one code, and numbers out of range', () => {
    expect(() => defineErrors('SPEC', { other: { number: 10001, solution: '-' } })).toThrow('defined twice');
    expect(() => defineErrors('SPEC', { low: { number: 1, solution: '-' } })).toThrow('10000 to 99999');
  });

  it('finds a message in whatever was thrown', () => {
    expect(messageOf(new Error('a'))).toBe('a');
    expect(messageOf('b')).toBe('b');
  });
});
