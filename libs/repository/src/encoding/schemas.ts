import { z } from 'zod';

const uint32 = z.int().min(0).max(0xffff_ffff);

export const timestampSchema = z.object({ t: uint32, i: uint32 });
export const positionSchema = z.object({ ts: timestampSchema, term: z.int().min(-1) });
export const rangeSchema = z.object({ from: positionSchema, to: positionSchema });

export const countSchema = z.int().min(0);
export const nameSchema = z.string().min(1);
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/, 'not a sha256');
/** The format of every object of this version of the repository. */
export const formatSchema = z.literal(1);
/** ISO 8601, UTC. */
export const timeSchema = z.iso.datetime();
