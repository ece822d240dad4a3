import type { IncomingMessage } from '@headwater/messaging';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { BusContext } from './bus-context.js';

type Handler = (message: IncomingMessage, context: BusContext) => Promise<void> | void;

/**
 * Makes a controller's method the handler of a topic: Nest's `@EventPattern`, held to what a BusTransport passes.
 *
 * @param topic its name with the default prefix; the transport's `topicPrefix` takes the place of the first word.
 */
export function OnTopic(topic: string) {
  return <H extends Handler>(target: object, name: string, method: TypedPropertyDescriptor<H>): void => {
    Payload()(target, name, 0);
    Ctx()(target, name, 1);
    EventPattern<unknown>(topic)(target, name, method);
  };
}
