const HIGH_WATER_BYTES = 1024 * 1024;

/** Bytes between a source that pushes and one reader that pulls. The source is told when to pause; nothing is dropped. */
export class ByteQueue implements AsyncIterable<Uint8Array> {
  readonly #chunks: Uint8Array[] = [];
  #bytes = 0;
  #ended = false;
  #wakeReader: (() => void) | undefined;
  #wakeSource: (() => void) | undefined;

  /** False when the source should pause until {@link whenLow}. */
  push(chunk: Uint8Array): boolean {
    if (this.#ended) return true;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    this.#wakeReader?.();
    return this.#bytes < HIGH_WATER_BYTES;
  }

  whenLow(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#ended || this.#bytes < HIGH_WATER_BYTES) resolve();
      else this.#wakeSource = resolve;
    });
  }

  /** What was pushed before is still delivered. */
  end(): void {
    this.#ended = true;
    this.#wakeReader?.();
    this.#wakeSource?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    while (true) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        this.#bytes -= chunk.length;
        if (this.#bytes < HIGH_WATER_BYTES) this.#wakeSource?.();
        yield chunk;
      } else if (this.#ended) {
        return;
      } else {
        await new Promise<void>((resolve) => (this.#wakeReader = resolve));
      }
    }
  }
}
