import type { Inflate } from "node:zlib";
import { constants, createInflate } from "node:zlib";
import { headerDictionary } from "./dictionary.ts";

/** Names in lower case. */
export type SpdyHeaders = Readonly<Record<string, string>>;

const MOST_BLOCK_BYTES = 1024 * 1024;

/** A zlib stream's first two bytes: 32 kB window, no dictionary. */
const ZLIB_HEADER = Buffer.from([0x78, 0x01]);

/** An empty stored block. Go's inflater hands out what it has read only when it meets one. */
const FLUSH = Buffer.from([0x00, 0x00, 0x00, 0xff, 0xff]);

/** The most that fits a stored block of deflate. */
const MOST_STORED_BYTES = 0xffff;

/**
 * Writes header blocks. All blocks of a connection make one zlib stream; ours holds stored blocks only, which any inflater
 * reads: the few headers of a stream are not worth a compressor's memory.
 */
export class HeaderWriter {
  #begun = false;

  write(headers: SpdyHeaders): Buffer {
    const plain = encodePairs(headers);
    const parts: Buffer[] = this.#begun ? [] : [ZLIB_HEADER];
    this.#begun = true;
    for (let start = 0; start < plain.length; start += MOST_STORED_BYTES) {
      const stored = plain.subarray(start, start + MOST_STORED_BYTES);
      const head = Buffer.alloc(5);
      head.writeUInt16LE(stored.length, 1);
      head.writeUInt16LE(~stored.length & 0xffff, 3);
      parts.push(head, stored);
    }
    return Buffer.concat([...parts, FLUSH]);
  }
}

/** Reads header blocks, in the order in which they came. */
export class HeaderReader {
  readonly #inflate: Inflate = createInflate({ dictionary: headerDictionary, finishFlush: constants.Z_SYNC_FLUSH });
  #plain: Buffer[] = [];
  #plainBytes = 0;
  #fail: ((error: Error) => void) | undefined;

  constructor() {
    this.#inflate.on("data", (chunk: Buffer) => {
      this.#plain.push(chunk);
      this.#plainBytes += chunk.length;
      // A few bytes can unfold to very many.
      if (this.#plainBytes > MOST_BLOCK_BYTES) this.#inflate.destroy();
    });
    this.#inflate.on("error", (error) => this.#fail?.(error));
  }

  /** @throws {Error} if the block is not what it should be. The connection is of no more use then. */
  async read(block: Uint8Array): Promise<SpdyHeaders> {
    this.#plain = [];
    this.#plainBytes = 0;
    await new Promise<void>((resolve, reject) => {
      // A write that meets malformed bytes is not called back.
      this.#fail = reject;
      this.#inflate.write(block, (error) => (error ? reject(error) : resolve()));
    });
    if (this.#plainBytes > MOST_BLOCK_BYTES) throw new Error("a header block is too long");
    return decodePairs(Buffer.concat(this.#plain));
  }

  close(): void {
    this.#inflate.destroy();
  }
}

function encodePairs(headers: SpdyHeaders): Buffer {
  const pairs = Object.entries(headers);
  const parts: Buffer[] = [uint32(pairs.length)];
  for (const text of pairs.flat()) {
    const bytes = Buffer.from(text);
    parts.push(uint32(bytes.length), bytes);
  }
  return Buffer.concat(parts);
}

function decodePairs(plain: Buffer): SpdyHeaders {
  const headers: Record<string, string> = {};
  let offset = 4;
  const text = () => {
    const length = plain.readUInt32BE(offset);
    const end = offset + 4 + length;
    if (end > plain.length) throw new Error("a header block ends too early");
    const value = plain.toString("utf8", offset + 4, end);
    offset = end;
    return value;
  };
  for (let left = plain.readUInt32BE(0); left > 0; left--) {
    const name = text().toLowerCase();
    headers[name] = text().replaceAll("\0", ", ");
  }
  return headers;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
