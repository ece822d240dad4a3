import { Compaction } from './compaction.js';
import type { KeptMessage } from './kept-messages.js';

const message = (offset: number, changes: Partial<KeptMessage> = {}): KeptMessage => ({
  offset,
  key: 'k',
  at: 1000,
  bytes: 1,
  isTombstone: false,
  newest: 9,
  ...changes,
});

describe('compaction', () => {
  const compaction = () => new Compaction({ replacedBefore: 2000, tombstonesBefore: 1500 });

  it('lets what was replaced go once it is old enough, and never the newest of a key', () => {
    const { goes } = bound(compaction());
    expect(goes(message(1))).toBe(true);
    expect(goes(message(2, { at: 2000 }))).toBe(false);
    expect(goes(message(9, { at: 0 }))).toBe(false);
  });

  it('lets a tombstone go once it is old enough', () => {
    const { goes } = bound(compaction());
    expect(goes(message(9, { isTombstone: true, at: 1500 }))).toBe(false);
    expect(goes(message(9, { isTombstone: true, at: 1499 }))).toBe(true);
  });

  it('keeps a tombstone while an older message of its key stays, by whatever clock that one was produced', () => {
    const { goes } = bound(compaction());
    expect(goes(message(1, { at: 5000 }))).toBe(false);
    expect(goes(message(9, { isTombstone: true, at: 1000 }))).toBe(false);
    expect(goes(message(8, { key: 'other', newest: 8, isTombstone: true, at: 1000 }))).toBe(true);
  });
});

function bound(compaction: Compaction) {
  return { goes: (each: KeptMessage) => compaction.goes(each) };
}
