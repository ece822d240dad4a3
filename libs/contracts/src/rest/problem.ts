import { z } from 'zod';

export const problemMediaType = 'application/problem+json';

/** RFC 9457: what every refusal is. An error adds members of its own. */
export const problemSchema = z
  .looseObject({
    type: z.string().describe('Where the error is described; `about:blank` where its status says it all.'),
    title: z.string().describe('The same for every occurrence.'),
    status: z.int(),
    detail: z.string().describe('This occurrence, for people.'),
    code: z.string().optional().describe('As in docs/errors.md: `RESTORE-10002`.'),
    solution: z.string().optional().describe('What to do.'),
    retryable: z.boolean().optional().describe('The same request may succeed later.'),
    errors: z
      .array(
        z.object({
          in: z.string().describe('`body`, `query` or `param`.'),
          pointer: z.string().describe('JSON pointer (RFC 6901); empty for the whole.'),
          message: z.string(),
        }),
      )
      .optional()
      .describe('Each fault of the input.'),
  })
  .describe('RFC 9457 problem details; an error may add members of its own.');

export type ProblemBody = z.infer<typeof problemSchema>;
