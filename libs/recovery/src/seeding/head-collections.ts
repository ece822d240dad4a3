import {
  createCollectionWithUuid,
  isSystemVersion,
  namesByUuid,
  replaceSystemVersion,
  type Mongod,
  type SeedCollection,
  type SeedTarget,
} from '@headwater/mongod';

/** The collections that the head has so far, under the names that they have there. */
export class HeadCollections {
  private readonly known = new Map<string, SeedTarget>();

  constructor(private readonly mongod: Mongod) {}

  /** The collection of the head for a section; made at its first one. */
  async targetOf(section: SeedCollection): Promise<SeedTarget> {
    const uuid = section.uuid.toString('hex');
    return this.known.get(uuid) ?? (await this.make(uuid, section));
  }

  /** The collection of that UUID (hex); null when the head has none. */
  find(uuid: string): SeedTarget | null {
    return this.known.get(uuid) ?? null;
  }

  private async make(uuid: string, section: SeedCollection): Promise<SeedTarget> {
    const { db, name } = section;
    const holders = [...this.known.values()].filter((target) => target.db === db && target.name === name);
    await (isSystemVersion(section) ? replaceSystemVersion : createCollectionWithUuid)(this.mongod, section);
    const target = { uuid: section.uuid, db, name };
    this.known.set(uuid, target);
    if (holders.length > 0) await this.learnNames(db);
    return target;
  }

  /** A collection whose name was taken over in the copy window has another one now. */
  private async learnNames(db: string): Promise<void> {
    for (const [uuid, name] of await namesByUuid(this.mongod, db)) {
      const target = this.known.get(uuid);
      if (target !== undefined) this.known.set(uuid, { ...target, name });
    }
  }
}
