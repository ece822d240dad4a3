'use strict';

/**
 * `node deploy/containers/obtain-mongod.cjs FILE`: puts a mongod 6.0 there, for an image. It is the one that services obtain
 * for themselves: pinned, its hash compared.
 */

const { copyFileSync, mkdtempSync, rmSync } = require('node:fs');
const { tmpdir } = require('node:os');
const { join } = require('node:path');
const { findMongod } = require('@headwater/mongod');

async function main() {
  const [file] = process.argv.slice(2);
  if (!file) throw new Error('which file?');
  const cacheDirectory = mkdtempSync(join(tmpdir(), 'headwater-mongod-'));
  try {
    const onProgress = (line) => process.stdout.write(`${line}\n`);
    const { path, version } = await findMongod({
      series: '6.0',
      environment: { bySeries: {} },
      cacheDirectory,
      onProgress,
    });
    copyFileSync(path, file);
    process.stdout.write(`mongod ${version} in ${file}\n`);
  } finally {
    rmSync(cacheDirectory, { recursive: true, force: true });
  }
}

main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
