import { z } from 'zod';

/** `/livez`: the process turns. */
export const livenessSchema = z.object({ status: z.literal('ok') });

/** `/readyz`, while the service may be given work. `notes`: what whoever asks must know all the same. */
export const readinessSchema = z.object({
  status: z.literal('ok'),
  notes: z.record(z.string(), z.string()).optional(),
});
