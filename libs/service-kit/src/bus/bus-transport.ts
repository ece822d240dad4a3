import { isOneOf } from '@headwater/errors';
import type {
  ConsumeOptions,
  Delivery,
  IncomingMessage,
  MessageBus,
  Subscription,
} from '@headwater/messaging';
import type { OnModuleDestroy } from '@nestjs/common';
import { Server } from '@nestjs/microservices';
import type { CustomTransportStrategy } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { kitErrors } from '../kit-errors.js';
import type { Logger } from '../logging/logger.js';
import { BusContext } from './bus-context.js';
import { safeError } from './safe-error.js';

export interface BusTransportOptions {
  readonly bus: MessageBus;
  readonly group: string;
  /** How the group's consumers share the topics: as `ConsumeOptions.sharing`. */
  readonly sharing?: NonNullable<ConsumeOptions['sharing']>;
  readonly logger: Logger;
  /** Replaces the word `headwater` that the handlers' topics begin with. */
  readonly topicPrefix?: string | undefined;
  readonly onAssigned?: NonNullable<ConsumeOptions['onAssigned']>;
  readonly onRevoked?: NonNullable<ConsumeOptions['onRevoked']>;
}

/**
 * Feeds a service's `@EventPattern(topic)` handlers from the bus: one subscription for all their topics, one message
 * at a time. A handler that throws gets its message again; a handler's error reaches the bus as it was thrown, except
 * for those of the language itself, which would end a Kafka client for good.
 *
 * Stopping has two steps. `stopIntake`: no further message reaches a handler, but the assignment is held, so that
 * what was accepted can still be flushed and committed. `close`: the group is left.
 */
export class BusTransport extends Server implements CustomTransportStrategy, OnModuleDestroy {
  private readonly closing = new AbortController();
  private subscription: Subscription | null = null;
  private running: Promise<void> = Promise.resolve();
  private current: IncomingMessage | null = null;
  private isIntakeStopped = false;

  constructor(private readonly options: BusTransportOptions) {
    super();
  }

  /** Called by Nest. Passes on what keeps the bus from being consumed. */
  listen(callback: (error?: unknown) => void): void {
    this.subscribe().then(() => {
      callback();
    }, callback);
  }

  /** True while this process is the group's active consumer. */
  get active(): boolean {
    return this.subscription?.active === true;
  }

  /** Resolves when the handler that is running has returned. What arrives later waits, and is not lost. */
  async stopIntake(): Promise<void> {
    this.isIntakeStopped = true;
    await this.running;
  }

  /** Nest's first step of a stop, before any `beforeApplicationShutdown`. */
  onModuleDestroy(): void {
    void this.stopIntake();
  }

  /** Called by Nest after HTTP is closed. Awaits the handler that is running. */
  async close(): Promise<void> {
    const stopped = this.stopIntake();
    const left = this.subscription?.stop();
    this.closing.abort();
    await Promise.all([stopped, left]);
  }

  on(): never {
    throw kitErrors.unusableHandler('a bus transport emits no events');
  }

  unwrap(): never {
    throw kitErrors.unusableHandler('the bus is reached by the composition root only');
  }

  private async subscribe(): Promise<void> {
    const handlers = this.handlersByTopic();
    if (handlers.size === 0 || this.isIntakeStopped) return;
    const { bus, group, sharing, onAssigned, onRevoked } = this.options;
    this.subscription = await bus.consume({
      group,
      ...(sharing && { sharing }),
      topics: [...handlers.keys()],
      ...(onAssigned && { onAssigned: (assignment) => safely(() => onAssigned(assignment)) }),
      ...(onRevoked && { onRevoked: (assignment) => safely(() => onRevoked(assignment)) }),
      onMessage: (message, delivery) => this.deliver(message, delivery),
      onError: (error) => {
        this.report(error);
      },
    });
  }

  private handlersByTopic(): ReadonlyMap<string, string> {
    const patterns = new Map<string, string>();
    for (const [pattern, handler] of this.messageHandlers) {
      if (handler.isEventHandler !== true)
        throw kitErrors.unusableHandler(`${pattern}: the bus knows no replies`);
      if (handler.next !== undefined) throw kitErrors.unusableHandler(`${pattern} has two handlers`);
      patterns.set(this.topicOf(pattern), pattern);
    }
    return patterns;
  }

  private topicOf(pattern: string): string {
    const { topicPrefix } = this.options;
    return topicPrefix === undefined ? pattern : pattern.replace(/^headwater(?=\.)/, topicPrefix);
  }

  private async deliver(message: IncomingMessage, delivery: Delivery): Promise<void> {
    if (this.isIntakeStopped) await this.wait(delivery.signal);
    this.current = message;
    const handled = safely(() => this.handle(message, delivery));
    this.running = handled.catch(() => undefined);
    await handled;
  }

  private async handle(message: IncomingMessage, delivery: Delivery): Promise<void> {
    const handler = [...this.messageHandlers].find(
      ([pattern]) => this.topicOf(pattern) === message.topic,
    )?.[1];
    if (handler === undefined) throw kitErrors.unusableHandler(`nobody handles ${message.topic}`);
    const result: unknown = await handler(message, new BusContext([message, delivery]));
    await lastValueFrom(this.transformToObservable(result), { defaultValue: undefined });
  }

  /** Holds a message back until the assignment ends, so that nobody acts on it and its place is not committed. */
  private wait(revoked: AbortSignal): Promise<never> {
    const over = AbortSignal.any([revoked, this.closing.signal]);
    return new Promise((_, reject) => {
      const end = (): void => {
        reject(kitErrors.intakeStopped('the service is stopping'));
      };
      if (over.aborted) end();
      else over.addEventListener('abort', end, { once: true });
    });
  }

  private report(err: unknown): void {
    if (isOneOf(err, [kitErrors.intakeStopped])) return;
    const { topic, partition, offset } = this.current ?? {};
    this.options.logger.error(
      { logId: 'bus.handler-failed', group: this.options.group, topic, partition, offset, err },
      'a message was not handled and will be delivered again',
    );
  }
}

async function safely(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    throw safeError(error);
  }
}
