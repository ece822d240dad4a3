import type { IncomingMessage, MessageBus, OutgoingMessage } from '@headwater/messaging';

/** A broker with nothing on it, and clients of it. */
export interface BusHarness {
  readonly bus: MessageBus;
  /** A second client of the same broker. It is closed by `dispose` if not before. */
  readonly another: () => Promise<MessageBus>;
  readonly dispose: () => Promise<void>;
}

/** What a test works with: the harness of its own broker. */
export type Fixture = () => BusHarness;

const deadlineMillis = 20_000;
const pollMillis = 5;

/** Resolves as soon as `condition` holds. */
export async function eventually(what: string, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + deadlineMillis;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`did not come to pass in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pollMillis));
  }
}

export function message(key: string, value: string | Buffer | null = key): OutgoingMessage {
  return { key, headers: {}, value: typeof value === 'string' ? Buffer.from(value) : value };
}

export function messages(from: number, to: number): OutgoingMessage[] {
  return Array.from({ length: to - from + 1 }, (_, i) => message(String(from + i)));
}

export function keysOf(received: readonly IncomingMessage[]): string[] {
  return received.map(({ key }) => key);
}

/** '1' … 'n' */
export function numbers(from: number, to: number): string[] {
  return messages(from, to).map(({ key }) => key);
}

/** A promise and the means to settle it, to hold a handler where a test wants it. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
}

export function gate(): Gate {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return {
    opened: promise,
    open: () => {
      resolve(undefined);
    },
  };
}
