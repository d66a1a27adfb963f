/** Reads the wire form of protobuf. Every reader works on a part of the same bytes, without copying. */
export class ProtobufReader {
  readonly #bytes: Uint8Array;
  #at: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  get done(): boolean {
    return this.#at >= this.#end;
  }

  /** The number of the next field and how its value is written. */
  tag(): { readonly number: number; readonly wire: number } {
    const tag = this.integer();
    return { number: tag >>> 3, wire: tag & 7 };
  }

  /** A signed integer, rounded beyond 2^53 as JSON's are. Most are small. */
  integer(): number {
    const start = this.#at;
    let value = 0;
    for (let shift = 0; shift < SMALL_BITS && this.#at < this.#end; shift += 7) {
      const byte = this.#bytes[this.#at++]!;
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    this.#at = start;
    return Number(this.#wide());
  }

  #wide(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      if (this.#at >= this.#end) throw new ProtobufError("unexpected EOF");
      const byte = this.#bytes[this.#at++]!;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asIntN(64, value);
    }
    throw new ProtobufError("integer overflow");
  }

  double(): number {
    const at = this.#take(8);
    return new DataView(this.#bytes.buffer, this.#bytes.byteOffset + at, 8).getFloat64(0, true);
  }

  /** What stands behind its length: a message, a string, bytes. */
  bytes(): Uint8Array {
    const length = this.#length();
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  message(): ProtobufReader {
    const length = this.#length();
    const at = this.#take(length);
    return new ProtobufReader(this.#bytes, at, at + length);
  }

  skip(wire: number): void {
    switch (wire) {
      case WIRE_VARINT:
        this.integer();
        return;
      case WIRE_FIXED64:
        this.#take(8);
        return;
      case WIRE_BYTES:
        this.#take(this.#length());
        return;
      case WIRE_FIXED32:
        this.#take(4);
        return;
      default:
        throw new ProtobufError(`illegal wireType ${wire}`);
    }
  }

  #length(): number {
    const length = this.integer();
    if (length < 0) throw new ProtobufError("invalid length found during unmarshaling");
    return length;
  }

  #take(length: number): number {
    const at = this.#at;
    if (at + length > this.#end) throw new ProtobufError("unexpected EOF");
    this.#at += length;
    return at;
  }
}

/** As many as bitwise operators take without a sign. */
const SMALL_BITS = 28;

export const WIRE_VARINT = 0;
export const WIRE_FIXED64 = 1;
export const WIRE_BYTES = 2;
const WIRE_FIXED32 = 5;

/** The bytes are no such message. */
export class ProtobufError extends Error {}
