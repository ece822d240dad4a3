import { defineErrors, errorCatalogue, isHeadwaterError, messageOf } from './index.js';

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
