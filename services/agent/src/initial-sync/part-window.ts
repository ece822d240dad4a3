import type { CaptureOrders } from '../orders/capture-orders.js';

/** Flow control: how many bytes of parts may be on the bus and not yet in the store. */
export class PartWindow {
  private sent: { readonly part: number; readonly bytes: number }[] = [];

  constructor(
    private readonly orders: CaptureOrders,
    private readonly windowBytes: number,
  ) {}

  /** Resolves when a part of that size may be sent. One part always may. */
  async room(bytes: number, signal: AbortSignal): Promise<void> {
    for (;;) {
      const archived = this.orders.current?.sync?.archivedPart ?? 0;
      this.sent = this.sent.filter(({ part }) => part > archived);
      const waiting = this.sent.reduce((sum, part) => sum + part.bytes, 0);
      if (waiting === 0 || waiting + bytes <= this.windowBytes) {
        return;
      }
      await this.orders.change(signal);
    }
  }

  noteSent(part: number, bytes: number): void {
    this.sent.push({ part, bytes });
  }
}
