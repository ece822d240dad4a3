/** Wakes whoever waits for a change. */
export class Bell {
  private next = Promise.withResolvers<undefined>();

  ring(): void {
    const { resolve } = this.next;
    this.next = Promise.withResolvers();
    resolve(undefined);
  }

  /** The next ring after the call. */
  get heard(): Promise<unknown> {
    return this.next.promise;
  }
}
