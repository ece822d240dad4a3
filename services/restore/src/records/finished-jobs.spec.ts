import { plannedJob } from '../spec-support/jobs.js';
import { surplus } from './finished-jobs.js';

const now = Date.parse('2026-11-24T08:00:00Z');
const daysAgo = (days: number, id: string) =>
  plannedJob({
    ...{ id, state: 'Delivered' },
    finishedAt: new Date(now - days * 24 * 3600 * 1000).toISOString(),
  });

describe('finished restore jobs', () => {
  it('are forgotten after 30 days, and beyond the newest 1000', () => {
    const many = Array.from({ length: 1001 }, (_, n) => daysAgo(3, `m${n}`));
    expect(surplus([...many, daysAgo(29, 'older'), daysAgo(31, 'oldest')], now)).toEqual([
      'm1000',
      'older',
      'oldest',
    ]);
    expect(surplus([daysAgo(29, 'older'), daysAgo(31, 'oldest')], now)).toEqual(['oldest']);
  });

  it('stay as long as their Idempotency-Key counts, however many they are; unfinished ones stay for ever', () => {
    const many = Array.from({ length: 3000 }, (_, n) => daysAgo(1, `m${n}`));
    const old = plannedJob({ createdAt: '2020-01-01T00:00:00.000Z' });
    expect(surplus([...many, old], now)).toEqual([]);
  });
});
