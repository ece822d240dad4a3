'use strict';

/**
 * Writes docs/errors.md from the catalogues of the built code: `node tools/errors-document.cjs`.
 * With `--check` it only compares, and fails when the document is not what it would write.
 */

const { globSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');

const root = join(__dirname, '..');
const document = join(root, 'docs', 'errors.md');
const pattern = '{libs/*/dist,dist/services,dist/deploy}/**/{errors,*-errors}.js';

const introduction = `# Errors

Every error of Headwater has a code, and says what to do. Codes of 90000 and above are bugs of ours: please report them. *Retryable*
means that the same call may succeed later without anybody acting; Headwater tries again by itself where it can.

This page is generated from the code (\`node tools/errors-document.cjs\`).
`;

function catalogue() {
  for (const file of globSync(pattern, { cwd: root })) require(join(root, file));
  return require(join(root, 'libs/errors/dist/index.js')).errorCatalogue();
}

function render(entries) {
  const areas = [...new Set(entries.map(({ area }) => area))];
  const rowOf = ({ code, name, solution, retryable }) =>
    `| <a id="${code.toLowerCase()}"></a>${code} | ${name} | ${retryable ? 'yes' : 'no'} | ${solution.replaceAll('|', '\\|')} |`;
  const section = (area) =>
    [`## ${area}`, '', '| code | name | retryable | what to do |', '|---|---|---|---|']
      .concat(entries.filter((entry) => entry.area === area).map(rowOf))
      .join('\n');
  return `${introduction}\n${areas.map(section).join('\n\n')}\n`;
}

const wanted = render(catalogue());
if (!process.argv.includes('--check')) {
  writeFileSync(document, wanted);
} else if (readFileSync(document, 'utf8') !== wanted) {
  console.error(
    'docs/errors.md is not what the code says: run `node tools/errors-document.cjs` after a build.',
  );
  process.exitCode = 1;
}
