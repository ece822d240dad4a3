import type { IncomingMessage } from '@headwater/messaging';

/** Each delivery of a message has a value of its own: a handler that spoils it spoils no later one. */
export function copyOf(message: IncomingMessage): IncomingMessage {
  return message.value === null ? message : { ...message, value: Buffer.from(message.value) };
}
