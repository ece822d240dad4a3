import type { z } from 'zod';
import type { RestBodyName } from './rest-bodies.js';

/** One route of a service, as somebody who does not know our code needs it. */
export interface RouteContract {
  readonly method: 'get' | 'put' | 'post' | 'delete';
  /** `/v1/restores/{id}`: every name in braces is in `parameters.path`. */
  readonly path: string;
  readonly says: string;
  readonly parameters?: {
    readonly path?: z.ZodObject;
    readonly query?: z.ZodObject;
    readonly header?: z.ZodObject;
  };
  readonly body?: RestBodyName;
  /** By status. Anything else is a problem. */
  readonly answers: Readonly<Record<number, AnswerContract>>;
  /** Statuses of refusals that a client will want to tell apart, and when each comes. */
  readonly problems?: Readonly<Record<number, string>>;
}

export interface AnswerContract {
  readonly says: string;
  readonly body: RestBodyName | { readonly listOf: RestBodyName } | { readonly text: string };
  /** Headers that come with it, and what each says. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What is wrong with the request itself: `errors` points at each fault. */
export const badRequest = { 400: 'The request is not as described; `errors` points at each fault.' };
