import {
  createCollectionWithUuid,
  isSystemVersion,
  orderedDocument,
  replaceSystemVersion,
  type Mongod,
  type SeedCollection,
  type SeedTarget,
} from '@headwater/mongod';
import { recoveryErrors } from '../recovery-errors.js';

/** A collection of the head. */
export interface HeadCollection extends SeedTarget {
  /** The order of its documents is part of the data. */
  readonly capped: boolean;
}

/** The collections that the head has so far. */
export class HeadCollections {
  private readonly known = new Map<string, HeadCollection>();
  private readonly names = new Set<string>();

  constructor(private readonly mongod: Mongod) {}

  /** The collection of the head for a section; made at its first one. */
  async targetOf(section: SeedCollection): Promise<HeadCollection> {
    const uuid = section.uuid.toString('hex');
    return this.known.get(uuid) ?? (await this.make(uuid, section));
  }

  /** The collection of that UUID (hex); null when the head has none. */
  find(uuid: string): HeadCollection | null {
    return this.known.get(uuid) ?? null;
  }

  private async make(uuid: string, section: SeedCollection): Promise<HeadCollection> {
    const { db, name } = section;
    if (this.names.has(`${db}.${name}`)) {
      // The source lists its collections as of one moment, at which a name is one collection's.
      throw recoveryErrors.copyDiffers(`The copy has two collections of the name ${db}.${name}.`);
    }
    this.names.add(`${db}.${name}`);
    await (isSystemVersion(section) ? replaceSystemVersion : createCollectionWithUuid)(this.mongod, section);
    const capped = orderedDocument(section.options).get('capped') === true;
    const target = { uuid: section.uuid, db, name, capped };
    this.known.set(uuid, target);
    return target;
  }
}
