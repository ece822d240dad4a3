import { problemMediaType } from '@headwater/contracts';
import type { NextFunction, Request, Response } from 'express';
import type { Readiness } from '../health/readiness.js';
import { kitErrors } from '../kit-errors.js';
import { problemOf } from './problem.js';

const alwaysOpen = /^\/(livez|readyz|metrics|docs)(\/|-json|$)/;

/** Refuses requests while the service does not know its state yet, or winds up. */
export function gate(readiness: Readiness) {
  return (request: Request, response: Response, next: NextFunction): void => {
    if (readiness.phase === 'running' || alwaysOpen.test(request.path)) {
      next();
      return;
    }
    const problem = problemOf(kitErrors.notServing(`the service is ${readiness.phase}`), () => 503);
    response.setHeader('retry-after', '1');
    response.status(problem.status).type(problemMediaType).json(problem);
  };
}
