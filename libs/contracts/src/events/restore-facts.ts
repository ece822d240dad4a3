import { z } from 'zod';
import { defineJsonEvent } from '../json-event.js';
import { oplogTimestampSchema } from '../timestamps.js';

const about = { deployment: z.string().min(1), restoreId: z.string().min(1) };

export const restoreStarted = defineJsonEvent(
  'io.headwater.restore.started.v1',
  z.object({ ...about, target: oplogTimestampSchema, chain: z.string() }),
);

export const restoreCompleted = defineJsonEvent(
  'io.headwater.restore.completed.v1',
  z.object({ ...about, restoredTo: oplogTimestampSchema, path: z.string() }),
);

export const restoreFailed = defineJsonEvent(
  'io.headwater.restore.failed.v1',
  z.object({ ...about, code: z.string(), reason: z.string() }),
);

/** It was cancelled on request: nothing of it is left in `path`. */
export const restoreCancelled = defineJsonEvent(
  'io.headwater.restore.cancelled.v1',
  z.object({ ...about, path: z.string() }),
);
