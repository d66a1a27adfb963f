/** Bytes in base64 as Go writes them again: without line ends, unused bits zero. @throws Base64Error */
export function canonicalBase64(text: string): string {
  if (!PADDED.test(text)) {
    const stripped = text.replaceAll(/[\r\n]/g, "");
    if (!PADDED.test(stripped)) throw new Base64Error(text);
    return canonicalBase64(stripped);
  }
  if (!text.endsWith("=")) return text;
  const unusedBits = text.endsWith("==") ? 4 : 2;
  const last = text.length - (unusedBits === 4 ? 3 : 2);
  const digit = DIGITS.indexOf(text[last]!);
  const kept = DIGITS[(digit >> unusedBits) << unusedBits]!;
  return kept === text[last] ? text : text.slice(0, last) + kept + text.slice(last + 1);
}

export function isByte(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= 255;
}

/** Text that is no base64, in Go's words. */
class Base64Error extends Error {
  override readonly name = "Base64Error";
  constructor(text: string) {
    super(`illegal base64 data at input byte ${illegalByte(text)}`);
  }
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PADDED = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Where Go's decoder stops: the offset of the byte that it cannot take. */
function illegalByte(text: string): number {
  const bytes = new TextEncoder().encode(text);
  const isLineEnd = (at: number) => bytes[at] === 0x0a || bytes[at] === 0x0d;
  let digits = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (isLineEnd(at)) continue;
    const char = String.fromCharCode(bytes[at]!);
    if (DIGITS.includes(char)) {
      digits = (digits + 1) % 4;
      continue;
    }
    if (char !== "=" || digits < 2) return at;
    let next = at + 1;
    while (isLineEnd(next)) next++;
    if (digits === 3) return next;
    if (next === bytes.length) return next;
    if (bytes[next] !== 0x3d) return next - 1;
    next++;
    while (isLineEnd(next)) next++;
    return next;
  }
  return bytes.length - digits;
}

/** Bytes as base64 with its padding, piece by piece: a call takes only so many arguments. */
export function bytesToBase64(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += PIECE) text += String.fromCharCode(...bytes.subarray(at, at + PIECE));
  return btoa(text);
}

const PIECE = 8192;

/** The bytes that stand in canonical base64, which decoding has checked. */
export function base64ToBytes(text: string): Uint8Array {
  const units = atob(text);
  const bytes = new Uint8Array(units.length);
  for (let at = 0; at < units.length; at++) bytes[at] = units.charCodeAt(at);
  return bytes;
}

/** A text's UTF-8 bytes in base64. */
export function encodeBase64(text: string): string {
  return bytesToBase64(encoder.encode(text));
}

/** The text that stands in canonical base64. */
export function decodeBase64(text: string): string {
  return decoder.decode(base64ToBytes(text));
}

/** How many bytes stand in canonical base64. */
export function decodedLength(text: string): number {
  const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
  return (text.length / 4) * 3 - padding;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
