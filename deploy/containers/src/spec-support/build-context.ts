import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspace } from './workspace.js';

interface Pattern {
  readonly glob: string;
  readonly keeps: boolean;
}

const patterns: readonly Pattern[] = readFileSync(join(workspace, '.dockerignore'), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) =>
    line.startsWith('!') ? { glob: line.slice(1), keeps: true } : { glob: line, keeps: false },
  );

/** Whether a build sees the file: the last pattern of .dockerignore that fits it, or a folder that it is in, decides. */
export function isInContext(path: string): boolean {
  const names = path.split('/');
  const paths = names.map((_name, at) => names.slice(0, at + 1).join('/'));
  return patterns.findLast(({ glob }) => paths.some((one) => formOf(glob).test(one)))?.keeps ?? true;
}

/** `*` is any part of a name, one with a dot in front too; `**` any folders. */
function formOf(glob: string): RegExp {
  const words = glob.replaceAll('.', '\\.').replaceAll('**/', '\0').replaceAll('*', '[^/]*');
  return new RegExp(`^${words.replaceAll('\0', '(.*/)?')}$`);
}
