import fc from 'fast-check';
import { z } from 'zod';
import { formatSchema, positionSchema } from '../encoding/schemas.js';
import { failure, position } from '../spec-support/oplog-fixture.js';
import { decodeDocument, encodeDocument } from './document.js';

const schema = z.object({ format: formatSchema, name: z.string(), at: positionSchema });
type Sample = z.infer<typeof schema>;
const sample: Sample = { format: 1, name: 'a', at: position(5) };
const damaged = 'REPOSITORY-10001';

function decode(bytes: Buffer | string): Sample {
  return decodeDocument('some/key.json', Buffer.from(bytes), schema);
}

describe('a stored document', () => {
  it('comes back as it was', () => {
    expect(decode(encodeDocument(schema, sample))).toEqual(sample);
  });

  it('has the same bytes for the same contents, and ends its line', () => {
    const other = { at: { term: 1, ts: { i: 1, t: 5 } }, name: 'a', format: 1 as const };
    expect(encodeDocument(schema, other).equals(encodeDocument(schema, sample))).toBe(true);
    expect(encodeDocument(schema, sample).toString()).toMatch(
      /^\{"at":\{"term":1,"ts":\{"i":1,"t":5\}\},"checksum":"[0-9a-f]{64}","format":1,"name":"a"\}\n$/,
    );
  });

  it('never reads as another one after a byte was changed', () => {
    const bytes = encodeDocument(schema, sample);
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ flip;
        let read: Sample | null = null;
        try {
          read = decode(changed);
        } catch (error) {
          expect(['REPOSITORY-10001', 'REPOSITORY-10005']).toContain((error as { code?: string }).code);
          expect(error).toHaveProperty('message', expect.stringContaining('some/key.json'));
        }
        expect(read ?? sample).toEqual(sample);
      }),
      { numRuns: 500 },
    );
  });

  it('names its key and the field that is wrong', () => {
    const loose = z.object({ format: formatSchema, name: z.number(), at: positionSchema });
    const wrong = encodeDocument(loose, { ...sample, name: 7 });
    expect(() => decode(wrong)).toThrow(failure(damaged, 'some/key.json is damaged: field name'));
  });

  it.each(['', '{', 'null', '[]', '7', '{"format":1}', '{"format":1,"name":"a"}'])('is not %j', (text) => {
    expect(() => decode(text)).toThrow(failure(damaged, 'some/key.json'));
  });

  it('of a newer format is not called damaged', () => {
    expect(() => decode('{"format":2,"anything":"else"}')).toThrow(failure('REPOSITORY-10005', 'format 2'));
  });

  it('keeps its meaning when a later version adds fields', () => {
    const later = schema.extend({ added: z.string() });
    expect(decode(encodeDocument(later, { ...sample, added: 'x' }))).toEqual(sample);
  });

  it('is not stored when it could not be read', () => {
    const bad = { ...sample, at: position(-1) };
    expect(() => encodeDocument(schema, bad)).toThrow(failure('REPOSITORY-90001', 'at.ts.t'));
  });
});
