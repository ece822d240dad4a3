import type { KeptMessage } from './kept-messages.js';

export interface ExpiryFacts {
  /** Of everything that every group has committed, the candidates included. */
  readonly committedBytes: number;
  /** How much of that may stay. */
  readonly keptBytes: number;
  /** Milliseconds since 1970: what was produced before it has aged. */
  readonly agedBefore: number;
}

/** One transaction removes no more: whoever produces waits for it. */
const transactionBytes = 8 * 1024 * 1024;
export const transactionMessages = 200;

/**
 * Which of the oldest messages of a topic go next, given ascending ones that every group has committed. A topic
 * loses its messages from the old end only: one that is to stay keeps all later ones.
 */
export function nextToExpire(oldest: readonly KeptMessage[], facts: ExpiryFacts): readonly KeptMessage[] {
  let left = facts.committedBytes;
  let taken = 0;
  const due: KeptMessage[] = [];
  for (const message of oldest) {
    if (left <= facts.keptBytes && message.at >= facts.agedBefore) break;
    if (due.length === transactionMessages) break;
    if (due.length > 0 && taken + message.bytes > transactionBytes) break;
    due.push(message);
    taken += message.bytes;
    left -= message.bytes;
  }
  return due;
}
