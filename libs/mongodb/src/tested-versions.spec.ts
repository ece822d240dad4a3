import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testedVersions, testingOf, untestedNotice } from './tested-versions.js';

describe('tested versions', () => {
  it('tells a tested version from another patch level and from a series that nobody tried', () => {
    expect(testingOf('6.0.5')).toBe('tested');
    expect(testingOf('6.0.999')).toBe('untested-patch');
    expect(testingOf('6.0.5-4')).toBe('untested-patch');
    expect(testingOf('9.0.5')).toBe('untested-series');
    expect(testingOf('60.0.5')).toBe('untested-series');
  });

  it('says what is unknown, that capture goes on, and what to run', () => {
    expect(untestedNotice('6.0.5')).toBeNull();
    expect(untestedNotice('6.0.999')).toMatch(
      /6\.0\.999; other patch levels of 6\.0.*Capture goes on.*engine-suite/,
    );
    expect(untestedNotice('9.0.1')).toMatch(/any MongoDB 9\.0.*Capture goes on/);
  });

  it('stands in docs/tested-versions.md as it stands in the code', () => {
    const page = readFileSync(join(__dirname, '../../../docs/tested-versions.md'), 'utf8');
    const rows = page.split('\n').filter((line) => /^\| \d/.test(line));
    expect(rows).toEqual(testedVersions.map(({ version, shown }) => `| ${version} | ${shown} |`));
  });
});
