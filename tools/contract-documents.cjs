'use strict';

/**
 * Writes the documents of libs/contracts from its built code, the schemas, asyncapi.json, openapi/ and docs/messages.md:
 * `node tools/contract-documents.cjs`. With `--check` it only compares, and fails where a document is not what it would
 * write. With `--release` it also holds a copy of every schema: from then on that one takes optional fields alone.
 */

const { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { basename, dirname, join } = require('node:path');

const root = join(__dirname, '..');
const home = join(root, 'libs', 'contracts');
const { contractDocuments } = require(join(home, 'dist/documents/contract-documents.js'));
const { checksumsOf, releaseFaults } = require(join(home, 'dist/documents/released-schemas.js'));

const schemas = 'libs/contracts/schemas/';
const released = 'libs/contracts/released/';
const checksums = `${released}SHA256SUMS`;

const read = (path) => readFileSync(join(root, path), 'utf8');
const readIfThere = (path) => (existsSync(join(root, path)) ? read(path) : '');

function write(path, text) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** The files of a folder below examples/, by what each shows. */
const examplesOf = (folder) =>
  globSync(`libs/contracts/examples/${folder}/*.json`, { cwd: root })
    .sort()
    .map((path) => ({ name: basename(path, '.json'), value: JSON.parse(read(path)) }));

const refusedOf = (type) => examplesOf(`${type}/invalid`).map(({ name, value }) => ({ name, ...value }));

/** The text of every document by its path from the project's root. */
function wantedDocuments() {
  const { version } = JSON.parse(read('libs/contracts/package.json'));
  const textOf = (content) =>
    typeof content === 'string' ? content : `${JSON.stringify(content, null, 2)}\n`;
  const documents = Object.entries(contractDocuments({ version, examplesOf, refusedOf }));
  return new Map(documents.map(([path, content]) => [path, textOf(content)]));
}

/** What was written once and is no document any more. */
const leftOver = (wanted) =>
  globSync('libs/contracts/{schemas,openapi}/*', { cwd: root }).filter((path) => !wanted.has(path));

const schemasOf = (wanted) =>
  new Map(
    [...wanted]
      .filter(([path]) => path.startsWith(schemas))
      .map(([path, text]) => [path.slice(schemas.length), text]),
  );

const heldCopies = () =>
  new Map(globSync(`${released}*.json`, { cwd: root }).map((path) => [basename(path), read(path)]));

function check(wanted) {
  const stale = [...wanted].filter(([path, text]) => readIfThere(path) !== text).map(([path]) => path);
  const paths = [...stale, ...leftOver(wanted)];
  if (paths.length === 0) return 0;
  console.error(`Not what the code says: ${paths.join(', ')}`);
  console.error('Run `node tools/contract-documents.cjs` after a build.');
  return 1;
}

function generate(wanted) {
  for (const path of leftOver(wanted)) rmSync(join(root, path));
  for (const [path, text] of wanted) write(path, text);
  return 0;
}

function release(wanted) {
  for (const [name, text] of schemasOf(wanted)) write(`${released}${name}`, text);
  write(checksums, checksumsOf(schemasOf(wanted)));
  return generate(wanted);
}

function main(mode) {
  const wanted = wantedDocuments();
  const faults = releaseFaults(readIfThere(checksums), heldCopies(), schemasOf(wanted));
  if (faults.length === 0)
    return { '--check': check, '--release': release }[mode]?.(wanted) ?? generate(wanted);
  console.error('A released schema takes optional fields alone; anything else is a new major version:');
  for (const fault of faults) console.error(`  ${fault}`);
  return 1;
}

process.exitCode = main(process.argv[2]);
