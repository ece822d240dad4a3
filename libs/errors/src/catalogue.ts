import { HeadwaterError, isHeadwaterError } from './headwater-error.js';

export interface ErrorSpec {
  /** 10000–89999: the operator can act. 90000–99999: a bug of ours. Unique within its area. */
  readonly number: number;
  readonly retryable?: boolean;
  /** One sentence that says what to do; it becomes a row of docs/errors.md. */
  readonly solution: string;
}

export interface CatalogueEntry {
  readonly code: string;
  readonly area: string;
  readonly name: string;
  readonly solution: string;
  readonly retryable: boolean;
}

export interface ErrorExtra {
  readonly cause?: unknown;
  readonly details?: Readonly<Record<string, unknown>>;
}

export interface ErrorFactory {
  (message: string, extra?: ErrorExtra): HeadwaterError;
  /** Of every error that it makes. */
  readonly code: string;
}

const entries = new Map<string, CatalogueEntry>();

/**
 * Defines the errors of one area (`STORE`, `INGEST`, …) and returns a factory for each.
 *
 * @throws Error when a number is out of range or a code is defined a second time with another name.
 */
export function defineErrors<K extends string>(
  area: string,
  specs: Readonly<Record<K, ErrorSpec>>,
): { readonly [P in K]: ErrorFactory } {
  const factories: Partial<Record<K, ErrorFactory>> = {};
  for (const name of Object.keys(specs) as K[]) {
    factories[name] = factoryOf(area, name, specs[name]);
  }
  return factories as { readonly [P in K]: ErrorFactory };
}

/** Whether `error` is of a kind that one of these factories makes. */
export function isOneOf(error: unknown, factories: readonly ErrorFactory[]): error is HeadwaterError {
  return isHeadwaterError(error) && factories.some(({ code }) => code === error.code);
}

/** Every error defined by the modules loaded so far, ordered by code. */
export function errorCatalogue(): readonly CatalogueEntry[] {
  return [...entries.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}

function factoryOf(area: string, name: string, spec: ErrorSpec): ErrorFactory {
  const code = `${area}-${String(spec.number)}`;
  if (spec.number < 10_000 || spec.number > 99_999) {
    throw new Error(`error ${code} (${name}): numbers run from 10000 to 99999`);
  }
  const known = entries.get(code);
  if (known !== undefined && known.name !== name) {
    throw new Error(`error ${code} is defined twice: ${known.name} and ${name}`);
  }
  const retryable = spec.retryable ?? false;
  entries.set(code, { code, area, name, solution: spec.solution, retryable });
  const make = (message: string, extra: ErrorExtra = {}): HeadwaterError =>
    new HeadwaterError(message, {
      code,
      solution: spec.solution,
      retryable,
      ...(extra.cause === undefined ? {} : { cause: extra.cause }),
      ...(extra.details === undefined ? {} : { details: extra.details }),
    });
  return Object.assign(make, { code });
}
