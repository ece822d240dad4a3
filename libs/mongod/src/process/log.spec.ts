import { gistOfLine } from './log.js';

describe('gistOfLine', () => {
  it('keeps message and error, and leaves every other attribute out', () => {
    const line = JSON.stringify({
      s: 'F',
      id: 34437,
      msg: 'Failed to apply',
      attr: { error: { codeName: 'BadValue', errmsg: 'no' }, entry: { o: { secret: 'document' } } },
    });
    expect(gistOfLine(line)).toBe('34437 Failed to apply: {"codeName":"BadValue","errmsg":"no"}');
  });

  it('shows what was printed before logging began', () => {
    expect(gistOfLine('mongod: error while loading shared libraries')).toContain('shared libraries');
  });
});
