import { WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT } from "./reader.ts";

const encoder = new TextEncoder();

/** Texts up to this length are written unit by unit, which is faster than a call of the encoder. */
const SHORT_TEXT = 64;
const FIRST_BYTES = 16 * 1024;
/** A larger buffer is given back once the large message is taken. */
const KEPT_BYTES = 1024 * 1024;

/**
 * Writes the wire form of protobuf from its end to its beginning: a message's length stands before it, and is known once
 * its content is written. So fields are written in descending order, and each value before its tag.
 */
export class ProtobufWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  #at = FIRST_BYTES;

  /** How many bytes are written. */
  get length(): number {
    return this.#bytes.length - this.#at;
  }

  /** A copy of what is written; the writer begins anew. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(this.#at);
    this.clear();
    return taken;
  }

  clear(): void {
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = new Uint8Array(FIRST_BYTES);
    this.#at = this.#bytes.length;
  }

  integer(number: number, value: number): void {
    this.#varint(value);
    this.#tag(number, WIRE_VARINT);
  }

  double(number: number, value: number): void {
    this.#reserve(8);
    this.#at -= 8;
    new DataView(this.#bytes.buffer).setFloat64(this.#at, value, true);
    this.#tag(number, WIRE_FIXED64);
  }

  bytes(number: number, value: Uint8Array): void {
    this.#prepend(value);
    this.#varint(value.length);
    this.#tag(number, WIRE_BYTES);
  }

  text(number: number, value: string): void {
    const mark = this.length;
    if (value.length > SHORT_TEXT || !this.#ascii(value)) this.#prepend(encoder.encode(value));
    this.close(number, mark);
  }

  /** Makes a message of what was written since `length` was `mark`. */
  close(number: number, mark: number): void {
    this.#varint(this.length - mark);
    this.#tag(number, WIRE_BYTES);
  }

  #ascii(text: string): boolean {
    this.#reserve(text.length);
    let at = this.#at;
    for (let index = text.length - 1; index >= 0; index--) {
      const unit = text.charCodeAt(index);
      if (unit >= 0x80) return false;
      this.#bytes[--at] = unit;
    }
    this.#at = at;
    return true;
  }

  #prepend(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#at -= value.length;
    this.#bytes.set(value, this.#at);
  }

  #tag(number: number, wire: number): void {
    this.#varint((number << 3) | wire);
  }

  #varint(value: number): void {
    this.#reserve(LONGEST_VARINT);
    if (value >= 0 && value < 0x80) {
      this.#bytes[--this.#at] = value;
      return;
    }
    this.#at -= varintLength(value);
    writeVarint(this.#bytes, this.#at, value);
  }

  #reserve(count: number): void {
    if (this.#at >= count) return;
    const { length } = this;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, length + count));
    larger.set(this.#bytes.subarray(this.#at), larger.length - length);
    this.#bytes = larger;
    this.#at = larger.length - length;
  }
}

const LONGEST_VARINT = 10;

/** As a double, which can hold no more of it, the greatest integer of 64 bits with a sign is this. */
const GREATEST = 2 ** 63;

/** How many bytes an integer takes; negative ones are written as 64 bits. */
export function varintLength(value: number): number {
  if (value < 0) return LONGEST_VARINT;
  if (value === GREATEST) return LONGEST_VARINT - 1;
  let length = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) length++;
  return length;
}

/** Writes an integer at a place with room for it. */
export function writeVarint(into: Uint8Array, at: number, value: number): void {
  if (value < 0 || value === GREATEST) {
    writeWide(into, at, value < 0 ? BigInt.asUintN(64, BigInt(value)) : BigInt(GREATEST) - 1n);
    return;
  }
  let place = at;
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) into[place++] = (rest % 0x80) | 0x80;
  into[place] = rest;
}

function writeWide(into: Uint8Array, at: number, value: bigint): void {
  let place = at;
  let rest = value;
  for (; rest >= 0x80n; rest >>= 7n) into[place++] = Number(rest & 0x7fn) | 0x80;
  into[place] = Number(rest);
}
