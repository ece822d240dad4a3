import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DirectoryStore } from '@headwater/object-store/directory';
import { Repository } from '@headwater/repository';
import { temporaryDirectory } from '@headwater/testing';
import type { TemporaryDirectory } from '@headwater/testing';
import { at, StoredChain } from '../spec-support/stored-chain.js';
import { ChainFacts } from './chain-facts.js';

describe('the facts of a chain', () => {
  let home: TemporaryDirectory;
  let store: DirectoryStore;
  let stored: StoredChain;

  beforeEach(async () => {
    home = await temporaryDirectory('headwater-facts-');
    store = await DirectoryStore.open(home.path);
    stored = new StoredChain((await Repository.open(store)).deployment('d').replicaSet('rs0'));
  });

  afterEach(async () => {
    await store.close();
    await home.remove();
  });

  it('tell where a block snapshot is whose manifest is damaged, and build on none of it', async () => {
    await stored.archiveTo(30);
    const { id } = await stored.sealBlock(10);
    await appendFile(join(home.path, `deployments/d/rs0/snapshots/${id}.json`), 'x');
    const facts = await ChainFacts.read(stored.archive, stored.chain);
    expect(facts.basesWithout(new Set())).toEqual([]);
    expect([10, 11].map((n) => facts.hasBlockAt(at(n)))).toEqual([true, false]);
    const later = await stored.sealBlock(20);
    const more = facts.with({ ...later, ts: later.position.ts, key: '' });
    expect([10, 20].map((n) => more.hasBlockAt(at(n)))).toEqual([true, true]);
  });
});
