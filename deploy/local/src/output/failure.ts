import { isHeadwaterError, messageOf } from '@headwater/errors';
import { Interrupted } from '../interruption.js';
import type { Fields } from './step-event.js';

/** A failure as it is shown. */
export interface Failure {
  /** One line of what happened, then what to do and what there is to read. */
  readonly text: string;
  readonly fields: Fields;
}

/** What an error says to people, and to programs. */
export function failureOf(error: unknown): Failure {
  const message = withoutUserInfo(messageOf(error));
  if (error instanceof Interrupted) return { text: message, fields: { message, code: null } };
  if (!isHeadwaterError(error)) {
    const stack = error instanceof Error ? withoutUserInfo(error.stack ?? '') : '';
    return { text: stack === '' ? message : stack, fields: { message, code: null } };
  }
  const { code, solution } = error;
  const { service, logFile, logLines }: LogDetails = error.details;
  const log =
    logLines === undefined
      ? []
      : [`Last lines of ${logFile ?? 'its log'}:`, ...logLines.map((line) => `  ${line}`)];
  return {
    text: [message, ...log.map(withoutUserInfo), `What to do: ${solution} (${code})`].join('\n'),
    fields: { code, solution, ...(service === undefined ? {} : { service, logFile, logLines }) },
  };
}

interface LogDetails {
  readonly service?: string;
  readonly logFile?: string;
  readonly logLines?: readonly string[];
}

/** Drops `user:password@` from every URI in a text. */
export function withoutUserInfo(text: string): string {
  return text.replaceAll(/:\/\/[^\s/?#"\\]*@/g, '://');
}
