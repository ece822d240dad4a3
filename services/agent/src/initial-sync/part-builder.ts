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

/** Fills parts with documents, several small collections to a part and a large one over many. Parts are numbered from 1. */
export class PartBuilder {
  private sections: OpenSection[] = [];
  private bytes = 0;
  private number = 0;

  /** @param partBytes a part is due at this size */
  constructor(private readonly partBytes: number) {}

  /** Every collection begins with a section, be it empty: its options travel in it. */
  begin(collection: SectionSource): void {
    this.sections.push({ collection, first: true, documents: [] });
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
    if (last?.collection === collection) {
      return last;
    }
    const section = { collection, first: false, documents: [] };
    this.sections.push(section);
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
