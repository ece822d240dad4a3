import type { Delivery, IncomingMessage } from '@headwater/messaging';
import { BaseRpcContext } from '@nestjs/microservices';

/** What a handler gets beside its message: `@Ctx() context: BusContext`. */
export class BusContext extends BaseRpcContext<[IncomingMessage, Delivery]> {
  get message(): IncomingMessage {
    return this.args[0];
  }

  /** A handler's return means accepted, no more: `delivery.commit()` says that the effect is durable. */
  get delivery(): Delivery {
    return this.args[1];
  }
}
