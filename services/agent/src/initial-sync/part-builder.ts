import { createHash } from 'node:crypto';
import { encodePart } from '@headwater/repository';
import type { PartSection } from '@headwater/repository';

/** A collection as its sections name it. */
export type SectionSource = Omit<PartSection, 'documents' | 'first'>;

export interface BuiltPart {
  readonly part: number;
  readonly bytes: Buffer;
  readonly sha256: string;
}

interface OpenSection {
  readonly collection: SectionSource;
  readonly first: boolean;
  readonly documents: Buffer[];
}

/** What a section's head has beside names, options and index spec: field names, UUID, counts. */
const fixedHeadBytes = 128;

/** Fills parts with documents, several small collections to a part and a large one over many. Parts are numbered from 1. */
export class PartBuilder {
  private sections: OpenSection[] = [];
  private bytes = 0;
  private number = 0;

  /** @param partBytes a part is due at this size */
  constructor(private readonly partBytes: number) {}

  /** Every collection begins with a section, be it empty: its options travel in it. Returns the part that is full. */
  begin(collection: SectionSource): readonly BuiltPart[] {
    this.open(collection, true);
    return this.bytes >= this.partBytes ? [this.cut()] : [];
  }

  /** Documents of the collection that was begun last. Returns the parts that are full. */
  add(collection: SectionSource, documents: readonly Buffer[]): readonly BuiltPart[] {
    const full: BuiltPart[] = [];
    for (const document of documents) {
      this.sectionOf(collection).documents.push(document);
      this.bytes += document.length;
      if (this.bytes >= this.partBytes) {
        full.push(this.cut());
      }
    }
    return full;
  }

  /** What is left, if anything. */
  flush(): readonly BuiltPart[] {
    return this.sections.length === 0 ? [] : [this.cut()];
  }

  /** A part of the catalogue at stop: raw results of $listCatalog. */
  catalogue(documents: readonly Buffer[]): BuiltPart {
    return this.numbered(encodePart({ kind: 'catalogue', documents }));
  }

  private sectionOf(collection: SectionSource): OpenSection {
    const last = this.sections.at(-1);
    return last?.collection === collection ? last : this.open(collection, false);
  }

  private open(collection: SectionSource, first: boolean): OpenSection {
    const section = { collection, first, documents: [] };
    this.sections.push(section);
    this.bytes += headBytes(collection);
    return section;
  }

  private cut(): BuiltPart {
    const sections = this.sections.map(({ collection, first, documents }) => ({
      ...collection,
      first,
      documents,
    }));
    this.sections = [];
    this.bytes = 0;
    return this.numbered(encodePart({ kind: 'documents', sections }));
  }

  private numbered(bytes: Buffer): BuiltPart {
    this.number += 1;
    return { part: this.number, bytes, sha256: createHash('sha256').update(bytes).digest('hex') };
  }
}

function headBytes({ db, name, options, idIndex }: SectionSource): number {
  const names = Buffer.byteLength(db) + Buffer.byteLength(name);
  return fixedHeadBytes + names + options.length + (idIndex?.length ?? 0);
}
