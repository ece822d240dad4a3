import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { linesOf, reportOf, tableOf } from './report.js';
import { enginePromises, type EngineRow } from './suite.js';

const binary = (version: string) => ({ path: `/m/${version}`, version, series: '6.0' });
const row = (result: EngineRow['result'], ...reasons: string[]): EngineRow => ({
  ...{ promise: `what is ${result}`, result, reasons, seconds: 1.25 },
});
const kept = [row('equal'), row('not applicable', 'no such command')];

describe('the report of an engine suite', () => {
  it('says that a server may be relied on when every promise that applies was kept', () => {
    const report = reportOf(binary('6.0.5'), binary('6.0.5'), kept);
    expect(report).toMatchObject({
      reliable: true,
      sentence: expect.stringMatching(/^mongod 6\.0\.5 may be/) as string,
    });
    expect(tableOf(report)).toContain('not applicable    1.3 s  what is not applicable\n    no such command');
  });

  it.each([
    ['DIFFERS', 'differ from the source after what is DIFFERS'],
    ['failed', 'this failed: what is failed'],
  ] as const)('says that it may not, and why, when one %s', (result, why) => {
    const report = reportOf(binary('6.0.5'), binary('6.0.27'), [...kept, row(result), row('failed')]);
    expect(report.reliable).toBe(false);
    expect(report.sentence).toMatch(/^mongod 6\.0\.5, its oplog applied by 6\.0\.27, may NOT be relied on/);
    expect(report.sentence).toContain(`${why} (and 1 more).`);
  });

  it('does not rely on what could not be tried', () => {
    expect(reportOf(binary('6.0.5'), binary('6.0.5'), [row('not applicable')]).reliable).toBe(false);
    expect(reportOf(binary('6.0.5'), binary('6.0.5'), []).reliable).toBe(false);
  });

  it('shows some of many differences, one line each', () => {
    const many = Array.from({ length: 9 }, (_, n) => `difference\n${n}`);
    expect(linesOf(row('DIFFERS', ...many)).slice(5)).toEqual(['    difference 4', '    and 4 more']);
  });
});

describe('the promises', () => {
  it('have names of their own, and are shown by specs that are there', () => {
    expect(new Set(enginePromises.map(({ name }) => name)).size).toBe(enginePromises.length);
    for (const { shownBy } of enginePromises) {
      if (shownBy !== undefined) expect(existsSync(join(__dirname, '../../../..', shownBy))).toBe(true);
    }
  });
});
