import { messageOf } from '@headwater/errors';
import { readFileSync } from 'node:fs';
import { withoutUserInfo } from '../logging/user-info.js';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Reading {
  readonly value?: string;
  readonly problem?: { readonly name: string; readonly message: string };
}

/** The text of a variable, or of the file that its `_FILE` form names, without the line end that editors add. */
export function readSetting(
  environment: Environment,
  { name, secret }: { readonly name: string; readonly secret: boolean },
): Reading {
  const direct = given(environment[name]);
  const fileName = `${name}_FILE`;
  const file = secret ? given(environment[fileName]) : undefined;
  if (file === undefined) return direct === undefined ? {} : { value: direct };
  if (direct !== undefined)
    return { problem: { name, message: `${name} and ${fileName} are both set: keep one` } };
  try {
    const content = given(readFileSync(file, 'utf8').replace(/\r?\n$/, ''));
    return content === undefined
      ? { problem: { name, message: `${fileName}=${file} is an empty file` } }
      : { value: content };
  } catch (error) {
    return { problem: { name, message: `${fileName}=${file} cannot be read: ${messageOf(error)}` } };
  }
}

/** A variable's value as it may be shown to people. */
export function readable(value: unknown, secret: boolean): string {
  if (value === undefined) return '(not set)';
  if (secret) return '[secret]';
  return withoutUserInfo(JSON.stringify(value));
}

/** `NAME=` in a shared `.env` means: not set. */
function given(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}
