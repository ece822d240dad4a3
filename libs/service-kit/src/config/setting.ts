import { z } from 'zod';

/** From least to most important; `silent` logs nothing. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/**
 * One row of a service's configuration: the variable, what it may hold (unit and default included), what it is for.
 * Must be the outermost call, after `.default()` or `.optional()`.
 */
export function setting<S extends z.ZodType>(environmentName: string, schema: S, comment: string): S {
  return schema.meta({ environmentName, description: comment });
}

/** The variable of a field made by `setting`. */
export function settingNameOf(field: z.ZodType): string | undefined {
  const name = field.meta()?.['environmentName'];
  return typeof name === 'string' ? name : undefined;
}

export interface WholeNumberRange {
  /** Inclusive. */
  readonly min: number;
  /** Inclusive. */
  readonly max: number;
  readonly unit?: string;
}

/** Decimal digits only: no sign, exponent or fraction. */
export function wholeNumber({ min, max, unit }: WholeNumberRange) {
  const allowed = `a whole number from ${min} to ${max}${unit === undefined ? '' : ` (${unit})`}`;
  return z.string().transform((text, context) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    context.addIssue({ code: 'custom', message: `must be ${allowed}` });
    return z.NEVER;
  });
}

/** Any text. An empty variable counts as not set, so the text is never empty. */
export function text() {
  return z.string();
}

export function flag() {
  return oneOf(['true', 'false']).transform((word) => word === 'true');
}

export function oneOf<const W extends readonly [string, ...string[]]>(words: W) {
  return z.enum(words, { error: `must be one of ${words.join(', ')}` });
}
