import { z } from 'zod';
import { grows } from '../growth.js';

/** What a restore begins from: the data files of a block snapshot, or the parts of a complete initial sync. */
export const restoreBaseKindSchema = z.enum(['block', 'initial-sync']).meta(grows);

export type RestoreBaseKind = z.infer<typeof restoreBaseKindSchema>;
