import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The root of the workspace, wherever below it this file lies: in the sources or in what was built of them. */
export const workspace = rootAbove(__dirname);

function rootAbove(folder: string): string {
  if (existsSync(join(folder, 'nx.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error(`${__dirname} is in no workspace`);
  return rootAbove(parent);
}
