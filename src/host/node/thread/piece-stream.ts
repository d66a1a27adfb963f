import type { JoinedWriter, PushedChunks } from "../http/joined-writer.ts";

/** So much is read before it is told: a message for each piece would cost more than the piece. */
const TELL_BYTES = 64 * 1024;

/** A stream's way back to who sends its pieces. */
export interface StreamEnds {
  /** So many bytes more were read. */
  readonly read: (bytes: number) => void;
  /** Nobody reads any more, before the stream's end. */
  readonly left: () => void;
}

/** A stream whose pieces come from another thread: taken by iteration, or pushed on as they come, which costs less. */
export class PieceStream implements PushedChunks {
  readonly #ends: StreamEnds;
  #pieces: Uint8Array[] = [];
  #readBytes = 0;
  #wake: (() => void) | undefined;
  #writer: JoinedWriter | undefined;
  #draining = false;
  #over = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(ends: StreamEnds) {
    this.#ends = ends;
  }

  add(piece: Uint8Array): void {
    this.#pieces.push(piece);
    if (this.#writer === undefined) this.#wake?.();
    else this.#push(this.#writer);
  }

  /** @param failure why it ends before it is whole. */
  end(failure?: { readonly error: unknown }): void {
    if (this.#over) return;
    this.#over = true;
    this.#failure = failure;
    this.#wake?.();
  }

  async pushTo(writer: JoinedWriter): Promise<void> {
    this.#writer = writer;
    this.#push(writer);
    while ((!this.#over || this.#draining) && !writer.gone) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    this.#leave();
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly Uint8Array[]> {
    try {
      for (;;) {
        if (this.#pieces.length > 0) {
          const step = this.#pieces;
          this.#pieces = [];
          yield step;
          this.#tellRead(step);
        } else if (this.#failure !== undefined) throw this.#failure.error;
        else if (this.#over) return;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      this.#leave();
    }
  }

  #push(writer: JoinedWriter): void {
    if (this.#draining || this.#pieces.length === 0) return;
    const step = this.#pieces;
    this.#pieces = [];
    writer.push(step);
    if (!writer.blocked) return this.#tellRead(step);
    this.#draining = true;
    void writer.drained().then(() => {
      this.#draining = false;
      this.#tellRead(step);
      if (!writer.gone) this.#push(writer);
      this.#wake?.();
    });
  }

  #leave(): void {
    if (this.#over) return;
    this.#over = true;
    this.#ends.left();
  }

  #tellRead(step: readonly Uint8Array[]): void {
    for (const { length } of step) this.#readBytes += length;
    if (this.#over || this.#readBytes < TELL_BYTES) return;
    this.#ends.read(this.#readBytes);
    this.#readBytes = 0;
  }
}
