// What was pushed, in order, for one reader who may wait for it.
export class Queue<Item> implements AsyncIterable<Item> {
  private readonly items: Item[] = [];
  private wake: () => void = () => {};
  private ended = false;
  private error: Error | undefined;

  push(item: Item): void {
    this.items.push(item);
    this.wake();
  }

  /** Ends it behind what was pushed; with an error, the reader gets it then. */
  end(error?: Error): void {
    this.ended = true;
    this.error = error;
    this.wake();
  }

  /** Readings go on where the one before left off. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Item> {
    while (true) {
      const item = this.items.shift();
      if (item !== undefined) {
        yield item;
      } else if (this.error) {
        throw this.error;
      } else if (this.ended) {
        return;
      } else {
        await new Promise<void>((resolve) => (this.wake = resolve));
      }
    }
  }
}
