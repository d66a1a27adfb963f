/** A SPDY/3.1 frame. Header blocks are still compressed: their order on the connection matters. */
export type Frame =
  | { readonly type: "data"; readonly stream: number; readonly fin: boolean; readonly bytes: Buffer }
  | { readonly type: "syn-stream"; readonly stream: number; readonly fin: boolean; readonly block: Buffer }
  | { readonly type: "syn-reply" | "headers"; readonly stream: number; readonly fin: boolean; readonly block: Buffer }
  | { readonly type: "reset"; readonly stream: number; readonly status: number }
  | { readonly type: "ping"; readonly id: number }
  | { readonly type: "go-away" }
  | { readonly type: "ignored" };

export const resetStatus = { protocolError: 1, refused: 3, cancel: 5 } as const;

const VERSION = 3;
const SYN_STREAM = 1;
const SYN_REPLY = 2;
const RST_STREAM = 3;
const PING = 6;
const GO_AWAY = 7;
const HEADERS = 8;

const HEAD_BYTES = 8;
const FIN = 1;
const MOST_CONTROL_BYTES = 256 * 1024;

/** Cuts a stream of bytes into frames. */
export class FrameParser {
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #needed = HEAD_BYTES;

  /** @throws {Error} for bytes that are no SPDY/3. */
  *push(chunk: Uint8Array): Generator<Frame> {
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    while (this.#bytes >= this.#needed) {
      const all = this.#chunks.length === 1 ? asBuffer(this.#chunks[0]!) : Buffer.concat(this.#chunks, this.#bytes);
      let offset = 0;
      let length = HEAD_BYTES;
      while (all.length - offset >= HEAD_BYTES) {
        length = HEAD_BYTES + all.readUIntBE(offset + 5, 3);
        if (all.length - offset < length) break;
        yield parseFrame(all.subarray(offset, offset + length));
        offset += length;
        length = HEAD_BYTES;
      }
      const rest = all.subarray(offset);
      this.#chunks = rest.length === 0 ? [] : [rest];
      this.#bytes = rest.length;
      this.#needed = length;
    }
  }
}

function parseFrame(frame: Buffer): Frame {
  const word = frame.readUInt32BE(0);
  const fin = (frame[4]! & FIN) !== 0;
  if (word < 0x8000_0000) return { type: "data", stream: word, fin, bytes: frame.subarray(HEAD_BYTES) };
  if (((word >>> 16) & 0x7fff) !== VERSION) throw new Error("not SPDY version 3");
  if (frame.length > MOST_CONTROL_BYTES) throw new Error("a control frame is too long");
  const number = () => frame.readUInt32BE(HEAD_BYTES) & 0x7fff_ffff;
  switch (word & 0xffff) {
    case SYN_STREAM:
      return { type: "syn-stream", stream: number(), fin, block: frame.subarray(HEAD_BYTES + 10) };
    case SYN_REPLY:
      return { type: "syn-reply", stream: number(), fin, block: frame.subarray(HEAD_BYTES + 4) };
    case HEADERS:
      return { type: "headers", stream: number(), fin, block: frame.subarray(HEAD_BYTES + 4) };
    case RST_STREAM:
      return { type: "reset", stream: number(), status: frame.readUInt32BE(HEAD_BYTES + 4) };
    case PING:
      return { type: "ping", id: frame.readUInt32BE(HEAD_BYTES) };
    case GO_AWAY:
      return { type: "go-away" };
    default:
      return { type: "ignored" };
  }
}

export function dataFrame(stream: number, bytes: Uint8Array, fin: boolean): Buffer {
  const frame = Buffer.allocUnsafe(HEAD_BYTES + bytes.length);
  frame.writeUInt32BE(stream);
  frame[4] = fin ? FIN : 0;
  frame.writeUIntBE(bytes.length, 5, 3);
  frame.set(bytes, HEAD_BYTES);
  return frame;
}

export function synStreamFrame(stream: number, block: Buffer): Buffer {
  return control(SYN_STREAM, numbers(stream, 0), Buffer.alloc(2), block);
}

export function synReplyFrame(stream: number, block: Buffer): Buffer {
  return control(SYN_REPLY, numbers(stream), block);
}

export function resetFrame(stream: number, status: number): Buffer {
  return control(RST_STREAM, numbers(stream, status));
}

export function pingFrame(id: number): Buffer {
  return control(PING, numbers(id));
}

export function goAwayFrame(lastGoodStream: number): Buffer {
  return control(GO_AWAY, numbers(lastGoodStream, 0));
}

function control(type: number, ...parts: readonly Buffer[]): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt16BE(0x8000 | VERSION);
  head.writeUInt16BE(type, 2);
  head.writeUIntBE(
    parts.reduce((sum, part) => sum + part.length, 0),
    5,
    3,
  );
  return Buffer.concat([head, ...parts]);
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
