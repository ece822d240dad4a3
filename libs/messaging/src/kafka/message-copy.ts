import type { IncomingMessage } from '@headwater/messaging';

/** What a handler does to its bytes is nobody else's matter. */
export function copyOf(message: IncomingMessage): IncomingMessage {
  const { headers, value } = message;
  return { ...message, headers: { ...headers }, value: value === null ? null : Buffer.from(value) };
}
