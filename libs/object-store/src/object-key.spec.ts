import { assertKey, assertPrefix, compareKeys } from './index.js';

describe('a key', () => {
  it.each(['a', 'a/b', 'deployments/rs0/oplog/1-2.bson.zst', '.a', 'a..b', '...', '%2E', 'x'.repeat(512)])(
    'may be %s',
    (key) => {
      expect(() => {
        assertKey(key);
      }).not.toThrow();
    },
  );

  it.each([
    '',
    '/',
    '/a',
    'a/',
    'a//b',
    '.',
    '..',
    'a/../b',
    'a/./b',
    'a b',
    'ä',
    'a\\b',
    'a\0',
    '#a',
    'a\n',
    'x'.repeat(513),
  ])('is never %j', (key) => {
    expect(() => {
      assertKey(key);
    }).toThrow(expect.objectContaining({ code: 'STORE-90001' }) as Error);
  });
});

describe('a prefix', () => {
  it.each(['', 'a', 'a/', 'a/b', '.', '..', 'a/.'])('may be %j', (prefix) => {
    expect(() => {
      assertPrefix(prefix);
    }).not.toThrow();
  });

  it.each(['/', '../', 'a//', './a', 'a b', 'x'.repeat(513)])(
    'is never %j, with which no key begins',
    (prefix) => {
      expect(() => {
        assertPrefix(prefix);
      }).toThrow(expect.objectContaining({ code: 'STORE-90001' }) as Error);
    },
  );
});

describe('the order of keys', () => {
  it('is that of their bytes as a whole, not folder by folder', () => {
    expect(['a/b', 'a0', 'a-b', 'a', 'a.b'].sort(compareKeys)).toEqual(['a', 'a-b', 'a.b', 'a/b', 'a0']);
  });
});
