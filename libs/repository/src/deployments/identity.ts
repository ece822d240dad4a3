import { z } from 'zod';
import { formatSchema, nameSchema, timeSchema } from '../encoding/schemas.js';

/** Which deployment a deployment id means. The first one to bind it has it. */
export const identitySchema = z.object({
  format: formatSchema,
  deployment: nameSchema,
  kind: z.literal('replica-set'),
  /** Hexadecimal ObjectId, from the replica set's own configuration: `rs0` is everybody's name. */
  replicaSetId: nameSchema,
  boundAt: timeSchema,
});

export type Identity = Readonly<z.infer<typeof identitySchema>>;
