/** Randomness as an argument. Streams have names, so that a new user of randomness does not shift everybody else's. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  bytes(count: number): Uint8Array<ArrayBuffer>;
  /** An independent stream; the same name gives the same numbers for the same seed. */
  stream(name: string): Random;
}

/** A reproducible source (sfc32 seeded through splitmix-style hashing). For simulations: it keeps no secrets. */
export function seededRandom(seed: number | string): Random {
  const seedText = String(seed);
  const next = sfc32(hash32(seedText, 1), hash32(seedText, 2), hash32(seedText, 3), hash32(seedText, 4));
  return {
    next: () => next() / 2 ** 32,
    bytes(count) {
      const bytes = new Uint8Array(count);
      for (let index = 0; index < count; index++) bytes[index] = next() & 0xff;
      return bytes;
    },
    stream: (name) => seededRandom(`${seedText}/${name}`),
  };
}

/** A random version 4 UUID in its text form. */
export function uuid(random: Random): string {
  const bytes = random.bytes(16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const letters: number[] = [];
  for (let index = 0; index < bytes.length; index++) {
    if (index === 4 || index === 6 || index === 8 || index === 10) letters.push(DASH);
    letters.push(hexDigit(bytes[index]! >> 4), hexDigit(bytes[index]! & 15));
  }
  // All at once: a text put together piece by piece would stay in pieces for as long as its object lives.
  return String.fromCharCode(...letters);
}

const DASH = 0x2d;

function hexDigit(value: number): number {
  return value + (value < 10 ? 0x30 : 0x57);
}

/** An integer in [0, limit). */
export function integerBelow(random: Random, limit: number): number {
  return Math.floor(random.next() * limit);
}

/** The letters of Kubernetes' generated names: no vowels and no look-alikes, so that no word comes about by chance. */
const NAME_LETTERS = "bcdfghjklmnpqrstvwxz2456789";

export function randomName(random: Random, length: number): string {
  return Array.from({ length }, () => NAME_LETTERS[integerBelow(random, NAME_LETTERS.length)]).join("");
}

function hash32(text: string, salt: number): number {
  let hash = 0x811c9dc5 ^ salt;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function sfc32(a: number, b: number, c: number, d: number): () => number {
  const step = () => {
    const result = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + result) | 0;
    return result >>> 0;
  };
  for (let round = 0; round < 12; round++) step();
  return step;
}
