import { kindOf } from './stored-objects.js';

describe('kindOf', () => {
  it.each([
    ['deployments/shop/rs0/packs/6f1d', 'packs'],
    ['deployments/shop/rs0/oplog/c/1-2-a.bson.zst', 'oplog'],
    ['deployments/shop/identity.json', 'identity.json'],
    ['headwater.json', 'headwater.json'],
  ])('of %s is %s', (key, kind) => {
    expect(kindOf(key)).toBe(kind);
  });
});
