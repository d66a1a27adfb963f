/** A value that is replaced as newer ones come: a slow reader skips to the newest. For one reader. */
export class Latest<T> implements AsyncIterable<T> {
  #value: { readonly value: T } | undefined;
  #ended = false;
  #wake: (() => void) | undefined;

  set(value: T): void {
    this.#value = { value };
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      while (this.#value === undefined) {
        if (this.#ended) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        this.#wake = undefined;
      }
      const { value } = this.#value;
      this.#value = undefined;
      yield value;
    }
  }
}
