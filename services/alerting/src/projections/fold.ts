import {
  agentKeyPrefix,
  agentState,
  captureKeyPrefix,
  captureState,
  snapshotKeyPrefix,
  snapshotState,
} from '@headwater/contracts';
import { followState } from '@headwater/service-kit';
import type { StateFollowing } from '@headwater/service-kit';
import type { ReplicaSets } from './replica-sets.js';

/** Folds what was said until now, and goes on with what is said from now on. Resolves in between. */
export async function foldStates(following: StateFollowing, replicaSets: ReplicaSets): Promise<void> {
  await followState(following, {
    event: captureState,
    keyPrefix: captureKeyPrefix,
    onState: (_key, state) => {
      replicaSets.captureSaid(state);
    },
    onGone: (key) => {
      replicaSets.captureGone(key);
    },
  });
  await followState(following, {
    event: snapshotState,
    keyPrefix: snapshotKeyPrefix,
    onState: (key, state) => {
      replicaSets.snapshotSaid(key, state);
    },
    onGone: (key) => {
      replicaSets.snapshotGone(key);
    },
  });
  await followState(following, {
    event: agentState,
    keyPrefix: agentKeyPrefix,
    onState: (_key, state) => {
      replicaSets.agentSaid(state);
    },
    onGone: (key) => {
      replicaSets.agentGone(key);
    },
  });
  replicaSets.goLive();
}
