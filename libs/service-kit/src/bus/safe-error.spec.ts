import { safeError } from './safe-error.js';

describe('safeError', () => {
  it('passes an error on as it was thrown', () => {
    const error = new Error('the store is full');
    expect(safeError(error)).toBe(error);
  });

  it('wraps what a Kafka client would take for its own fault', () => {
    for (const error of [
      new TypeError('x'),
      new RangeError('x'),
      new ReferenceError('x'),
      new SyntaxError('x'),
    ]) {
      expect(safeError(error)).toMatchObject({ name: 'HeadwaterError', code: 'KIT-90001', cause: error });
    }
  });

  it('makes an error of what is none', () => {
    expect(safeError('gone')).toMatchObject({ code: 'KIT-90001', message: 'a handler failed: gone' });
    expect(safeError(undefined)).toMatchObject({ code: 'KIT-90001' });
  });
});
