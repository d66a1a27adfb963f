/** DER, as far as certificates need it. A value is its tag, its length and its content. */
export type DerNode = {
  readonly tag: number;
  readonly content: Buffer;
  /** The value with its tag and length. */
  readonly whole: Buffer;
};

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

export function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

export function sequence(...values: readonly Uint8Array[]): Buffer {
  return der(tags.sequence, ...values);
}

export function set(...values: readonly Uint8Array[]): Buffer {
  return der(tags.set, ...values);
}

/** A value that only its place tells the meaning of: `[number]`. */
export function tagged(
  number: number,
  content: Uint8Array,
  { constructed }: { readonly constructed: boolean },
): Buffer {
  return der((constructed ? 0xa0 : 0x80) | number, content);
}

/** @param magnitude the number's bytes, the highest first; never negative. */
export function integer(magnitude: Uint8Array): Buffer {
  const bytes = Buffer.from(magnitude);
  return bytes[0]! >= 0x80 ? der(tags.integer, Buffer.from([0]), bytes) : der(tags.integer, bytes);
}

export function bitString(bytes: Uint8Array, unusedBits = 0): Buffer {
  return der(tags.bitString, Buffer.from([unusedBits]), bytes);
}

export function octetString(bytes: Uint8Array): Buffer {
  return der(tags.octetString, bytes);
}

export const yes: Buffer = der(tags.boolean, Buffer.from([0xff]));

export function utf8String(text: string): Buffer {
  return der(tags.utf8String, Buffer.from(text));
}

/** @param dotted such as `1.2.840.10045.4.3.2`. */
export function objectIdentifier(dotted: string): Buffer {
  const [first, second, ...rest] = dotted.split(".").map(Number);
  const bytes = [first! * 40 + second!];
  for (const arc of rest) {
    const septets = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      septets.unshift(0x80 | (left & 0x7f));
    bytes.push(...septets);
  }
  return der(tags.objectIdentifier, Buffer.from(bytes));
}

/** Whole seconds; as RFC 5280 asks, two digits of the year until 2049 and four afterwards. */
export function time(atMs: number): Buffer {
  const digits = new Date(atMs).toISOString().replace(/[-:T]|\.\d+/g, "");
  return Number(digits.slice(0, 4)) < 2050
    ? der(tags.utcTime, Buffer.from(digits.slice(2)))
    : der(tags.generalizedTime, Buffer.from(digits));
}

/** Reads all values that stand one after another. @throws {Error} where a length does not fit. */
export function readDer(bytes: Buffer): readonly DerNode[] {
  const nodes: DerNode[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const first = bytes[offset + 1] ?? 0;
    const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
    const start = offset + 2 + lengthBytes;
    if (lengthBytes > 4 || start > bytes.length) throw new Error("malformed DER");
    const length = lengthBytes === 0 ? first : bytes.readUIntBE(offset + 2, lengthBytes);
    const end = start + length;
    if (end > bytes.length) throw new Error("malformed DER");
    nodes.push({ tag: bytes[offset]!, content: bytes.subarray(start, end), whole: bytes.subarray(offset, end) });
    offset = end;
  }
  return nodes;
}

/** The values in a sequence or set. */
export function children(node: DerNode | undefined): readonly DerNode[] {
  if (node === undefined) throw new Error("malformed DER");
  return readDer(node.content);
}

export function dottedOf({ content }: DerNode): string {
  const first = content[0] ?? 0;
  const arcs = [Math.min(Math.floor(first / 40), 2)];
  arcs.push(first - arcs[0]! * 40);
  let arc = 0;
  for (const byte of content.subarray(1)) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte < 0x80) {
      arcs.push(arc);
      arc = 0;
    }
  }
  return arcs.join(".");
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes: number[] = [];
  for (let left = length; left > 0; left >>>= 8) bytes.unshift(left & 0xff);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}
