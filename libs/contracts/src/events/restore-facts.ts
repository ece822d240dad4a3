import { z } from 'zod';
import { grows } from '../growth.js';
import { defineJsonEvent } from '../json-event.js';
import { oplogTimestampSchema } from '../timestamps.js';

const about = {
  deployment: z.string().min(1).describe('What was backed up.'),
  restoreId: z
    .string()
    .min(1)
    .describe('The restore job: `GET /v1/restores/{restoreId}` of the restore service.'),
};

/** What an ending tells beside how it ended. Left out by a service that does not tell. */
const ending = {
  host: z.string().optional().describe('The host that did the work, and holds `path`.'),
  chain: z.string().optional().describe('The chain that was restored from.'),
  createdAt: z.iso.datetime().optional().describe('When it was asked for.'),
  finishedAt: z.iso.datetime().optional(),
};

export const restoreStarted = defineJsonEvent(
  'io.headwater.restore.started.v1',
  z.object({
    ...about,
    target: oplogTimestampSchema.describe('The requested point, inclusive.'),
    chain: z.string(),
  }),
);

export const restoreCompleted = defineJsonEvent(
  'io.headwater.restore.completed.v1',
  z.object({
    ...about,
    restoredTo: oplogTimestampSchema.describe(
      'The files hold every write up to and including it: the newest archived one that is not above the target.',
    ),
    path: z.string().describe('The directory of the data files, on `host`.'),
    ...ending,
    verification: z
      .object({
        method: z
          .enum(['open'])
          .meta(grows)
          .describe(
            '`open`: hashes of every file, both ends of the oplog, and a mongod that opened the files.',
          ),
        mongodVersion: z.string(),
        filesVerified: z.int().min(0),
        bytesVerified: z.int().min(0),
        collections: z.int().min(0),
        documents: z.int().min(0).optional(),
      })
      .optional()
      .describe('What was checked before the files were delivered.'),
  }),
);

export const restoreFailed = defineJsonEvent(
  'io.headwater.restore.failed.v1',
  z.object({
    ...about,
    code: z.string().describe('As in docs/errors.md.'),
    reason: z.string().describe('For people.'),
    path: z
      .string()
      .optional()
      .describe('The directory that was asked for; nothing of the restore is left in it.'),
    ...ending,
  }),
);

/** It was cancelled on request: nothing of it is left in `path`. */
export const restoreCancelled = defineJsonEvent(
  'io.headwater.restore.cancelled.v1',
  z.object({ ...about, path: z.string().describe('Nothing of the restore is left in it.'), ...ending }),
);

export type RestoreStarted = z.infer<typeof restoreStarted.schema>;
export type RestoreCompleted = z.infer<typeof restoreCompleted.schema>;
export type RestoreFailed = z.infer<typeof restoreFailed.schema>;
export type RestoreCancelled = z.infer<typeof restoreCancelled.schema>;
