import fc from 'fast-check';
import { decodePart } from '@headwater/repository';
import { serialize } from 'bson';
import { PartBuilder } from './part-builder.js';
import type { BuiltPart } from './part-builder.js';

const collectionOf = (n: number) => ({
  uuid: Buffer.alloc(16, n),
  db: 'db',
  name: `c${String(n)}`,
  options: Buffer.from(serialize({ capped: n % 2 === 0 })),
  idIndex: n % 3 === 0 ? null : Buffer.from(serialize({ v: 2, key: { _id: 1 }, name: '_id_' })),
});
const document = (size: number) => Buffer.from(serialize({ x: 'x'.repeat(size) }));

function sectionsOf(parts: readonly BuiltPart[]) {
  return parts.flatMap(({ bytes }) => {
    const content = decodePart(bytes);
    return content.kind === 'documents' ? content.sections : [];
  });
}

describe('the parts of an initial sync', () => {
  it('hold every document of every collection, in order, whatever their sizes', () => {
    const collections = fc.array(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 30 }), {
      maxLength: 10,
    });
    fc.assert(
      fc.property(collections, fc.integer({ min: 1, max: 1000 }), (sizes, partBytes) => {
        const builder = new PartBuilder(partBytes);
        const parts: BuiltPart[] = [];
        const wanted = sizes.map((of, n) => ({ collection: collectionOf(n), documents: of.map(document) }));
        for (const { collection, documents } of wanted) {
          parts.push(
            ...builder.begin(collection),
            ...builder.add(collection, documents.slice(0, 5)),
            ...builder.add(collection, documents.slice(5)),
          );
        }
        parts.push(...builder.flush());

        expect(parts.map(({ part }) => part)).toEqual(parts.map((_, n) => n + 1));
        const sections = sectionsOf(parts);
        for (const { collection, documents } of wanted) {
          const own = sections.filter((section) => section.uuid.equals(collection.uuid));
          expect(own.map(({ first }) => first)).toEqual(own.map((_, n) => n === 0));
          expect(own[0]).toMatchObject({ options: collection.options, idIndex: collection.idIndex });
          expect(Buffer.concat(own.flatMap((section) => section.documents))).toEqual(
            Buffer.concat(documents),
          );
        }
      }),
      { numRuns: 50 },
    );
  });

  it('stay near their size, however many collections are empty', () => {
    const builder = new PartBuilder(10_000);
    const names = Array.from({ length: 1000 }, (_, n) => n);
    const begun = names.flatMap((n) => builder.begin(collectionOf(n % 200)));
    const parts = [...begun, ...builder.flush()];
    expect(sectionsOf(parts)).toHaveLength(1000);
    for (const { bytes } of parts) {
      expect(bytes.length).toBeLessThan(10_500);
    }
  });

  it('name a collection without documents, so that it is made', () => {
    const builder = new PartBuilder(1000);
    builder.begin(collectionOf(1));
    expect(sectionsOf(builder.flush())).toMatchObject([{ name: 'c1', first: true, documents: [] }]);
  });
});
