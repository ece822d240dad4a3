import { messageOf } from '@headwater/errors';
import { splitDocuments } from '@headwater/oplog';
import { Binary, deserialize } from 'bson';
import { z } from 'zod';
import { countSchema, nameSchema } from '../encoding/schemas.js';
import { repositoryErrors } from '../repository-errors.js';
import { arrayElement, documentElement, documentOf, elementsOf, rawContainers } from './raw-bson.js';

/** Documents of one collection. Those of a large collection span many sections, in the same part or in later ones. */
export interface PartSection {
  /** The collection's UUID, 16 bytes. */
  readonly uuid: Buffer;
  readonly db: string;
  readonly name: string;
  /** The collection's options, raw BSON as the source gave them. */
  readonly options: Buffer;
  /** The spec of its _id index, raw; null for a clustered collection. */
  readonly idIndex: Buffer | null;
  /** Marks the collection's first section. An empty collection has one section without documents. */
  readonly first: boolean;
  /** Raw. */
  readonly documents: readonly Buffer[];
}

/** What one part of an initial sync carries: documents, or the collection catalogue of the source at stop. */
export type PartContent =
  | { readonly kind: 'documents'; readonly sections: readonly PartSection[] }
  /** Raw $listCatalog results, as the server gave them, without views and the database `local`. */
  | { readonly kind: 'catalogue'; readonly documents: readonly Buffer[] };

const uuidSubtype = 4;
const uuidBytes = 16;

const sectionSchema = z.object({
  uuid: z.instanceof(Binary).refine((uuid) => uuid.length() === uuidBytes, 'not 16 bytes'),
  db: nameSchema,
  name: nameSchema,
  first: z.boolean(),
  documents: countSchema,
  bytes: countSchema,
});
const headSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('documents'), sections: z.array(sectionSchema) }),
  z.object({ kind: z.literal('catalogue'), documents: countSchema }),
]);

/** The payload: one BSON document that says what follows, then the raw documents in that order. */
export function encodePart(content: PartContent): Buffer {
  if (content.kind === 'catalogue') {
    const head = documentOf(elementsOf({ kind: content.kind, documents: content.documents.length }));
    return Buffer.concat([head, ...content.documents]);
  }
  const sections = content.sections.map(headOfSection);
  const head = documentOf(elementsOf({ kind: content.kind }), arrayElement('sections', sections));
  return Buffer.concat([head, ...content.sections.flatMap(({ documents }) => documents)]);
}

/**
 * The inverse of `encodePart`; the documents are views into the payload.
 *
 * @throws repositoryErrors.malformedPart unless what follows is what the first document says.
 */
export function decodePart(payload: Buffer): PartContent {
  try {
    const [head = Buffer.alloc(0), ...documents] = splitDocuments(payload);
    const parsed = headSchema.parse(deserialize(head, { validation: { utf8: false } }));
    if (parsed.kind === 'catalogue') {
      check(documents.length === parsed.documents, 'it does not hold as many documents as it says');
      return { kind: 'catalogue', documents };
    }
    const raw = rawContainers(rawContainers(head).get('sections') ?? head);
    return { kind: 'documents', sections: sectionsOf(parsed.sections, [...raw.values()], documents) };
  } catch (error) {
    throw repositoryErrors.malformedPart(`a part cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function headOfSection({ uuid, db, name, options, idIndex, first, documents }: PartSection): Buffer {
  const bytes = documents.reduce((sum, document) => sum + document.length, 0);
  return documentOf(
    elementsOf({ uuid: new Binary(uuid, uuidSubtype), db, name }),
    documentElement('options', options),
    documentElement('idIndex', idIndex),
    elementsOf({ documents: documents.length, bytes, first }),
  );
}

function sectionsOf(
  heads: readonly z.infer<typeof sectionSchema>[],
  raw: readonly Buffer[],
  documents: readonly Buffer[],
): PartSection[] {
  let taken = 0;
  const sections = heads.map(({ uuid, db, name, first, documents: count, bytes }, n) => {
    const own = documents.slice(taken, taken + count);
    taken += count;
    const length = own.reduce((sum, document) => sum + document.length, 0);
    check(own.length === count && length === bytes, `section ${n} is not as long as it says`);
    const fields = rawContainers(raw[n] ?? Buffer.alloc(0));
    const options = fields.get('options');
    if (options === undefined) {
      throw new Error(`section ${n} has no options`);
    }
    const idIndex = fields.get('idIndex') ?? null;
    return { uuid: Buffer.from(uuid.buffer), db, name, options, idIndex, first, documents: own };
  });
  check(taken === documents.length, 'it holds more documents than it says');
  return sections;
}

function check(holds: boolean, what: string): void {
  if (!holds) {
    throw new Error(what);
  }
}
