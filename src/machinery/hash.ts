import { sortedGoJson } from "./go-json.ts";

/**
 * The hash that names the pods of one template: eight to ten letters and digits that are safe in names. The same for equal
 * templates, whatever the order of their members. Kubernetes hashes a printout of Go's memory, which nothing outside Go
 * can reproduce, and nothing relies on: only that the hash stays.
 * @param collisionCount counts up when two templates had the same hash
 */
export function templateHash(template: unknown, collisionCount?: number): string {
  const bytes = encoder.encode(sortedGoJson(template));
  let hash = fnv32a(bytes);
  if (collisionCount !== undefined) hash = fnv32a(littleEndian64(collisionCount), hash);
  return safeEncode(String(hash));
}

/** FNV-1a with 32 bits. @param start where the hash of what stands before goes on */
export function fnv32a(bytes: Uint8Array, start = 0x811c9dc5): number {
  let hash = start;
  for (let index = 0; index < bytes.length; index++) hash = Math.imul(hash ^ bytes[index]!, 0x01000193);
  return hash >>> 0;
}

/** FNV-1a with 64 bits. */
export function fnv64a(bytes: Uint8Array): bigint {
  let hash = FNV64_START;
  for (let index = 0; index < bytes.length; index++)
    hash = BigInt.asUintN(64, (hash ^ BigInt(bytes[index]!)) * FNV64_PRIME);
  return hash;
}

/** FNV-1 with 64 bits: multiplies before it mixes. */
export function fnv64(bytes: Uint8Array): bigint {
  let hash = FNV64_START;
  for (let index = 0; index < bytes.length; index++)
    hash = BigInt.asUintN(64, hash * FNV64_PRIME) ^ BigInt(bytes[index]!);
  return hash;
}

const FNV64_START = 0xcbf29ce484222325n;
const FNV64_PRIME = 0x100000001b3n;

/** Replaces every character by one that cannot form a word or be mistaken for another. */
export function safeEncode(text: string): string {
  let result = "";
  for (const byte of encoder.encode(text)) result += SAFE_LETTERS[byte % SAFE_LETTERS.length];
  return result;
}

const SAFE_LETTERS = "bcdfghjklmnpqrstvwxz2456789";
const encoder = new TextEncoder();

function littleEndian64(value: number): Uint8Array {
  return Uint8Array.from({ length: 8 }, (_, index) => (index < 4 ? (value >>> (8 * index)) & 0xff : 0));
}
