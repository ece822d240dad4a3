import { restoreRequestSchema } from '../index.js';

const request = {
  deploymentId: 'rs0',
  target: { kind: 'time', time: '2026-11-23T08:00:00Z' },
  delivery: { kind: 'directory', path: '/restored' },
};

describe('a restore request', () => {
  it('takes a whole second, with or without an explicit fraction of zero', () => {
    expect(restoreRequestSchema.safeParse(request).success).toBe(true);
    const zero = { ...request, target: { kind: 'time', time: '2026-11-23T08:00:00.000+01:00' } };
    expect(restoreRequestSchema.safeParse(zero).success).toBe(true);
  });

  it('refuses a fraction of a second and names the kind that can say it', () => {
    const parsed = restoreRequestSchema.safeParse({
      ...request,
      target: { kind: 'time', time: '2026-11-23T08:00:00.5Z' },
    });
    expect(JSON.stringify(parsed.error?.issues)).toContain('timestamp');
  });

  it('refuses unknown fields, relative paths and kinds that do not exist', () => {
    const bad = [
      { ...request, targets: 1 },
      { ...request, delivery: { kind: 'directory', path: 'restored' } },
      { ...request, delivery: { kind: 'carrier-pigeon' } },
      { ...request, target: { kind: 'time', time: 'yesterday' } },
      { ...request, target: { kind: 'timestamp', t: -1, i: 0 } },
    ];
    expect(bad.map((body) => restoreRequestSchema.safeParse(body).success)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});
