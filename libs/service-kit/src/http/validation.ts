import { BadRequestException, StandardSchemaValidationPipe } from '@nestjs/common';
import type { ArgumentMetadata, StandardSchemaValidationPipeOptions } from '@nestjs/common';

type Issue = Parameters<NonNullable<StandardSchemaValidationPipeOptions['exceptionFactory']>>[0][number];

export interface InputError {
  /** Where it was given: the pointer is relative to it. */
  readonly in: string;
  /** JSON pointer (RFC 6901); empty for the whole. */
  readonly pointer: string;
  readonly message: string;
}

class Issues extends Error {
  constructor(readonly issues: readonly Issue[]) {
    super('invalid input');
  }
}

/**
 * Holds bodies, queries and parameters to the schema that their decorator names, `@Body({ schema })`, and answers 400
 * with a pointer to each fault.
 */
export class InputValidation extends StandardSchemaValidationPipe {
  constructor() {
    super({ exceptionFactory: (issues) => new Issues(issues) });
  }

  override async transform<T>(value: T, metadata: ArgumentMetadata): Promise<T> {
    try {
      return await super.transform(value, metadata);
    } catch (error) {
      if (!(error instanceof Issues)) throw error;
      const errors = error.issues.map((issue) => inputError(issue, metadata));
      const message = errors.map((fault) => `${fault.in} ${fault.pointer}: ${fault.message}`).join('; ');
      throw new BadRequestException({ message, errors });
    }
  }
}

function inputError({ path, message }: Issue, { type, data }: ArgumentMetadata): InputError {
  const steps = (path ?? []).map((step) => (typeof step === 'object' ? step.key : step));
  const whole = data === undefined ? steps : [data, ...steps];
  return { in: type, pointer: whole.map((step) => `/${escaped(String(step))}`).join(''), message };
}

function escaped(step: string): string {
  return step.replaceAll('~', '~0').replaceAll('/', '~1');
}
