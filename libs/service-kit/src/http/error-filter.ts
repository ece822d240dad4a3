import { problemMediaType } from '@headwater/contracts';
import { Catch } from '@nestjs/common';
import type { ArgumentsHost, ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { throwError } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Logger } from '../logging/logger.js';
import { problemOf } from './problem.js';
import type { Problem, StatusOf } from './problem.js';

/** Every error that leaves a handler: a problem document for HTTP, the error itself for the bus. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    private readonly logger: Logger,
    private readonly statusOf: StatusOf,
  ) {}

  catch(error: unknown, host: ArgumentsHost): Observable<never> | undefined {
    if (host.getType() === 'rpc') return throwError(() => error);
    const http = host.switchToHttp();
    this.answer(error, http.getRequest<Request>(), http.getResponse<Response>());
    return undefined;
  }

  private answer(error: unknown, request: Request, response: Response): void {
    const problem = problemOf(error, this.statusOf);
    this.report(error, problem, request);
    if (response.headersSent) {
      // The status is out: only a broken connection still tells the client that the body is not whole.
      response.destroy();
      return;
    }
    if (problem.status === 503) response.setHeader('retry-after', '1');
    response.status(problem.status).type(problemMediaType).json(problem);
  }

  private report(err: unknown, { status }: Problem, { method, path }: Request): void {
    const fields = { logId: 'http.failed', method, path, status, err };
    if (status >= 500 && status !== 503) this.logger.error(fields, 'request failed');
    else this.logger.debug(fields, 'request refused');
  }
}
