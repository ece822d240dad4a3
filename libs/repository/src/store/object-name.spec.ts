import { assertKey } from '@headwater/object-store';
import fc from 'fast-check';
import { failure } from '../spec-support/oplog-fixture.js';
import { decodeName, encodeName } from './object-name.js';

describe('a name in a key', () => {
  it('stays as it is where it can', () => {
    expect(encodeName('my-rs_0.Prod')).toBe('my-rs_0.Prod');
  });

  it('is percent-encoded where it cannot', () => {
    expect(encodeName('a/b c%ü~')).toBe('a%2Fb%20c%25%C3%BC%7E');
    expect(encodeName('.')).toBe('%2E');
    expect(encodeName('..')).toBe('%2E.');
    expect(encodeName("it's(*)!")).toBe('it%27s%28%2A%29%21');
  });

  it('is told from what is already there', () => {
    expect(encodeName('holds', ['holds'])).toBe('%68olds');
    expect(decodeName('%68olds')).toBe('holds');
  });

  it('is always a segment of a key, and comes back as it was', () => {
    const name = fc
      .string({ unit: 'binary', minLength: 1, maxLength: 50 })
      .filter((text) => text.isWellFormed());
    fc.assert(
      fc.property(name, (text) => {
        const segment = encodeName(text, ['a']);
        expect(segment).not.toBe('a');
        expect(segment).toMatch(/^[A-Za-z0-9._%-]+$/);
        expect(() => {
          assertKey(`deployments/${segment.slice(0, 400)}`);
        }).not.toThrow();
        expect(decodeName(segment)).toBe(text);
      }),
    );
  });

  it('has 1 to 100 characters', () => {
    for (const name of ['', 'x'.repeat(101), '\ud800']) {
      expect(() => encodeName(name)).toThrow(failure('REPOSITORY-10009'));
    }
  });

  it('is none where the encoding is broken', () => {
    expect(decodeName('%')).toBeNull();
  });
});
