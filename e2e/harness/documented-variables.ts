import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentNames } from '@headwater/contracts';
import { workspace } from './workspace.js';

/**
 * The variables in the table of a service's README, in its order. A row may name several: `HEADWATER_S3_ENDPOINT`, `_BUCKET`
 * shares what stands before its last words.
 *
 * @throws Error for a name that does not exist
 */
export function documentedVariables(service: string): string[] {
  const page = join(workspace, 'services', service, 'README.md');
  const [, section = ''] = readFileSync(page, 'utf8').split(/^## Run it$/m);
  const rows = [...section.matchAll(/^\| (`HEADWATER_[^|]*)\|/gm)].map(([, cell = '']) => cell);
  return rows.flatMap((cell) => {
    const words = [...cell.matchAll(/`(\w+)`/g)]
      .map(([, word = '']) => word)
      .filter((word) => word !== '_FILE');
    const [first = ''] = words;
    return words.map((word) => (word.startsWith('_') ? sharing(first, word) : known(word, service)));
  });
}

/** The variables that a service reads: its own reading of an environment is asked. */
export function variablesReadBy(service: string): string[] {
  const config = join(workspace, 'dist', 'services', service, 'config.js');
  const program = `
    const read = new Set();
    const get = (_target, name) => void read.add(name);
    try {
      require(process.argv[1]).readConfig(new Proxy({}, { get }));
    } catch {
      // What has no default is missing: here it counts that it was asked for.
    }
    console.log(JSON.stringify([...read]));`;
  const printed = execFileSync(process.execPath, ['-e', program, config], { encoding: 'utf8' });
  const names = JSON.parse(printed) as string[];
  return environmentNames.map(({ name }) => name).filter((name) => names.includes(name));
}

function sharing(first: string, ending: string): string {
  const words = first.split('_');
  const names = words.map((_word, at) => words.slice(0, words.length - at).join('_') + ending);
  const found = names.find((name) => environmentNames.some((one) => one.name === name));
  if (found === undefined) throw new Error(`no variable like ${first} ends with ${ending}`);
  return found;
}

function known(name: string, service: string): string {
  if (environmentNames.some((one) => one.name === name)) return name;
  throw new Error(`the README of ${service} has ${name}, which does not exist`);
}
