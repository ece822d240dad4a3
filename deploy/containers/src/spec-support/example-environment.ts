import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspace } from './workspace.js';

export interface ExampleLine {
  readonly name: string;
  readonly value: string;
  /** With a # before it: the value is the default. */
  readonly commented: boolean;
}

const text = readFileSync(join(workspace, 'deploy/.env.example'), 'utf8');

/** Every setting that deploy/.env.example shows. */
export const exampleLines: readonly ExampleLine[] = [...text.matchAll(/^(#?)([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(
  ([, mark, name = '', value = '']) => ({ name, value, commented: mark === '#' }),
);

/** The names that it only mentions, in its last part. */
export const namesNotSet: readonly string[] = [
  ...(text.split('Not set here\n')[1] ?? '').matchAll(/HEADWATER_[A-Z0-9_]+/g),
].map(([name]) => name);

/** deploy/.env as an operator makes it of the example: with keys of his own. */
export const filledInExample: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    exampleLines.filter(({ commented }) => !commented).map(({ name, value }) => [name, value]),
  ),
  HEADWATER_S3_ACCESS_KEY: 'key-of-the-spec',
  HEADWATER_S3_SECRET_KEY: 'secret-of-the-spec',
};
