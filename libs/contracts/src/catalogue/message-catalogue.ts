import { eventContracts } from './event-contracts.js';
import type { MessageContract } from './message-contract.js';
import { dataContracts, stateContracts } from './service-contracts.js';

/** Every type of message there is, on every topic. */
export const messageCatalogue: readonly MessageContract[] = [
  ...eventContracts,
  ...stateContracts,
  ...dataContracts,
];
