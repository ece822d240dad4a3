import type { ObjectInfo } from '@headwater/object-store';
import { parseEndName, type ChainEnd } from './chain-end.js';
import { parseSliceName, type SliceRef } from './slice.js';

/** What one listing tells of a chain. */
export interface ChainListing {
  readonly chain: string;
  /** Ascending by from, then to. They may overlap, and there may be holes. */
  readonly slices: readonly SliceRef[];
  /** Why the chain goes no further. */
  readonly ends: readonly ChainEnd[];
}

/** The chains of the objects listed below `folder`, ascending. Objects of other names are passed over. */
export async function readChainListings(
  folder: string,
  objects: AsyncIterable<ObjectInfo>,
): Promise<ChainListing[]> {
  const chains = new Map<string, { chain: string; slices: SliceRef[]; ends: ChainEnd[] }>();
  for await (const object of objects) {
    const [chain = '', name = ''] = object.key.slice(folder.length).split('/');
    const listing = chains.get(chain) ?? { chain, slices: [], ends: [] };
    chains.set(chain, listing);
    const slice = parseSliceName(chain, name, object);
    const end = slice === null ? parseEndName(name, object.key) : null;
    if (slice !== null) {
      listing.slices.push(slice);
    } else if (end !== null) {
      listing.ends.push(end);
    }
  }
  return [...chains.values()];
}
