import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspace } from './workspace.js';

/**
 * The one block of code in that language below a heading of a page of ours, exactly as it stands.
 *
 * @param heading without the marks before it
 * @throws Error when there is none, or a second one
 */
export function documentedCode(page: string, heading: string, language: string): string {
  const text = readFileSync(join(workspace, page), 'utf8');
  const section = text.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const blocks = [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter((block) => block[1] === language);
  const [code] = blocks.map((block) => block[2] ?? '');
  if (code === undefined || blocks.length > 1) {
    throw new Error(`${page} has ${blocks.length} blocks of ${language} below '${heading}'`);
  }
  return code;
}
