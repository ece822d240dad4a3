import type { IncomingMessage } from './message.js';

/** Each delivery of a message has a value of its own: a handler that spoils it spoils no other one. */
export function copyOf(message: IncomingMessage): IncomingMessage {
  const { headers, value } = message;
  return { ...message, headers: { ...headers }, value: value === null ? null : Buffer.from(value) };
}
