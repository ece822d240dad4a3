import { systemClock } from '@headwater/clock';
import { ReplicaSetSource } from '@headwater/mongodb';
import type { OpenSource } from '../source/source-opening.js';
import type { TailStart } from '../tailing/tail-start.js';

/** Opens real members; `spoil` may make of one what a spec needs. */
export function sourcesOf(
  uri: string,
  spoil: (mongo: ReplicaSetSource) => void = () => undefined,
): OpenSource {
  return async (options) => {
    const mongo = await ReplicaSetSource.open(uri, { appName: 'spec', clock: systemClock, ...options });
    spoil(mongo);
    return mongo;
  };
}

/** Who the set is, and a tail that starts at its newest entry. */
export async function lookAt(
  uri: string,
): Promise<{ identity: ReplicaSetSource['identity']; start: TailStart }> {
  const mongo = await ReplicaSetSource.open(uri, { appName: 'spec', clock: systemClock });
  const { majority } = await mongo.oplogBounds();
  await mongo.close();
  return { identity: mongo.identity, start: { chain: 'c', from: majority, opening: null } };
}
