import { setImmediate } from "node:timers";

/** What bytes are written to: an HTTP/1.1 response, an HTTP/2 stream, a compressor. */
export interface WriteTarget {
  readonly writableNeedDrain: boolean;
  readonly destroyed: boolean;
  readonly writableEnded: boolean;
  write(bytes: Uint8Array): boolean;
  end(bytes?: Uint8Array): unknown;
  once(event: "drain" | "close", listener: () => void): unknown;
  off(event: "drain" | "close", listener: () => void): unknown;
}

/** Chunks that come by themselves, and can be pushed on as they come. */
export interface PushedChunks extends AsyncIterable<readonly Uint8Array[]> {
  /** Resolves when there are no more, or the reader is gone. */
  pushTo(writer: JoinedWriter): Promise<void>;
}

/** Beyond this, waiting for more would only cost memory. */
const FULL_BYTES = 128 * 1024;

/** Writers with bytes for the end of this turn of the loop. */
let waiting: JoinedWriter[] = [];

function flushWaiting(): void {
  const writers = waiting;
  waiting = [];
  for (const writer of writers) writer.flush();
}

/**
 * Joins what comes in one turn of the loop into one write: over TLS each write costs a record and a system call, more than
 * the copying does.
 */
export class JoinedWriter {
  readonly #target: WriteTarget;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #scheduled = false;

  constructor(target: WriteTarget) {
    this.#target = target;
  }

  /** Takes chunks for the next write. Where `blocked` is true afterwards, await `drained` before the next push. */
  push(chunks: readonly Uint8Array[]): void {
    for (const chunk of chunks) {
      if (chunk.length === 0) continue;
      this.#chunks.push(chunk);
      this.#bytes += chunk.length;
    }
    if (this.#bytes >= FULL_BYTES) this.flush();
    else if (this.#bytes > 0 && !this.#scheduled) {
      this.#scheduled = true;
      if (waiting.push(this) === 1) setImmediate(flushWaiting);
    }
  }

  get blocked(): boolean {
    return this.#target.writableNeedDrain || this.gone;
  }

  /** Whether the reader is gone: nothing more needs to be made. */
  get gone(): boolean {
    return this.#target.destroyed || this.#target.writableEnded;
  }

  /** Resolves when there is room again, or when the reader is gone. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      if (!this.blocked || this.gone) {
        resolve();
        return;
      }
      const done = () => {
        this.#target.off("drain", done);
        this.#target.off("close", done);
        resolve();
      };
      this.#target.once("drain", done);
      this.#target.once("close", done);
    });
  }

  flush(): void {
    this.#scheduled = false;
    if (this.#bytes === 0) return;
    const joined = this.#take();
    if (!this.gone) this.#target.write(joined);
  }

  end(): void {
    if (this.gone) return;
    if (this.#bytes === 0) this.#target.end();
    else this.#target.end(this.#take());
  }

  #take(): Uint8Array {
    const joined = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.#bytes);
    this.#chunks = [];
    this.#bytes = 0;
    return joined;
  }
}
