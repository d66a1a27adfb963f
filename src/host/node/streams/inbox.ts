/** How many bytes may wait for a slow reader before whoever brings them is asked to pause. */
const FULL_BYTES = 256 * 1024;

/** Bytes that arrive at their own pace, for one reader that takes them at its own. */
export class Inbox implements AsyncIterable<Uint8Array> {
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #ended = false;
  #discarding = false;
  #wake: (() => void) | undefined;
  #roomWaiters: (() => void)[] = [];

  /** Whether there is room for more. If not, await `room` before the next push. */
  push(chunk: Uint8Array): boolean {
    if (this.#ended || this.#discarding || chunk.length === 0) return true;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.#wake?.();
    return this.#bytes < FULL_BYTES;
  }

  /** Resolves when the reader has caught up, or wants no more. */
  room(): Promise<void> {
    if (this.#bytes < FULL_BYTES) return Promise.resolve();
    return new Promise((resolve) => this.#roomWaiters.push(resolve));
  }

  /** No more will come. What has come can still be read. */
  end(): void {
    this.#ended = true;
    this.#giveRoom();
    this.#wake?.();
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Nobody will read any more: what has come and what will come is dropped. */
  discard(): void {
    this.#discarding = true;
    this.#chunks = [];
    this.#bytes = 0;
    this.#giveRoom();
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        while (this.#chunks.length === 0) {
          if (this.#ended || this.#discarding) return;
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
          this.#wake = undefined;
        }
        const chunk = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#bytes);
        this.#chunks = [];
        this.#bytes = 0;
        this.#giveRoom();
        yield chunk;
      }
    } finally {
      this.discard();
    }
  }

  #giveRoom(): void {
    const waiters = this.#roomWaiters;
    this.#roomWaiters = [];
    for (const resolve of waiters) resolve();
  }
}
