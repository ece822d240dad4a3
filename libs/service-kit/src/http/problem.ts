import { errorCatalogue, isHeadwaterError } from '@headwater/errors';
import type { HeadwaterError } from '@headwater/errors';
import { HttpException } from '@nestjs/common';
import { STATUS_CODES } from 'node:http';
import { withoutUserInfo } from '../logging/user-info.js';

/** The HTTP status of a HeadwaterError's code; undefined leaves it to the kit: 503 when retryable, else 500. */
export type StatusOf = (code: string) => number | undefined;

/** RFC 9457. Other members come from the error's details. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly [member: string]: unknown;
}

/** What a client is told about an error. An unknown error keeps its internals: they are logged only. */
export function problemOf(error: unknown, statusOf: StatusOf): Problem {
  if (isHeadwaterError(error)) return codedProblem(error, statusOf);
  if (error instanceof HttpException) return httpProblem(error);
  return plainProblem(500, 'The service met an error that it did not expect; its log has more.');
}

export function plainProblem(status: number, detail: string): Problem {
  return { type: 'about:blank', title: titleOf(status), status, detail };
}

function codedProblem(error: HeadwaterError, statusOf: StatusOf): Problem {
  const { code, solution, retryable, details } = error;
  return {
    ...jsonOf(details),
    type: `docs/errors.md#${code.toLowerCase()}`,
    title: titleOfCode(code),
    status: statusOf(code) ?? (retryable ? 503 : 500),
    detail: withoutUserInfo(error.message),
    code,
    solution,
    retryable,
  };
}

function httpProblem(error: HttpException): Problem {
  const response = error.getResponse();
  const members = typeof response === 'object' && 'errors' in response ? { errors: response.errors } : {};
  return { ...plainProblem(error.getStatus(), error.message), ...members };
}

/** `objectMissing` of the catalogue reads `Object missing`: the same for every occurrence, as the RFC asks. */
function titleOfCode(code: string): string {
  const name = errorCatalogue().find((entry) => entry.code === code)?.name ?? code;
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function titleOf(status: number): string {
  return STATUS_CODES[status] ?? `Status ${status}`;
}

/** Details are for logs too and may hold what JSON has no word for. */
function jsonOf(details: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const text = JSON.stringify(details, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
  return JSON.parse(withoutUserInfo(text)) as Record<string, unknown>;
}
