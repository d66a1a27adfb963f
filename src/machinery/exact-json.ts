import type { MutableJson } from "./json.ts";

// Of JSON with the text of its numbers, which TypeScript does not know yet.
declare global {
  interface JSON {
    parse(
      text: string,
      reviver: (name: string, value: unknown, context: { readonly source?: string }) => unknown,
    ): unknown;
    /** What `JSON.stringify` writes as it stands. */
    rawJSON(text: string): object;
  }
}

/**
 * Reads JSON as Go does: whole numbers of 64 bits keep their digits. One that a double cannot hold is a bigint; no other is.
 * @throws {SyntaxError} where the text is no JSON
 */
export function parseJson(text: string): MutableJson {
  if (LONG_NUMBER.test(text)) {
    try {
      return JSON.parse(text, exact) as MutableJson;
    } catch (error) {
      // Thousands of levels deep: with a reviver the stack is not enough, without one it is.
      if (!(error instanceof RangeError)) throw error;
    }
  }
  return JSON.parse(text) as MutableJson;
}

/** A whole number as JSON values have it here: one beyond 64 bits is a double, as in Go. */
export function jsonInteger(value: bigint): number | bigint {
  const double = Number(value);
  return Number.isSafeInteger(double) || BigInt.asIntN(64, value) !== value ? double : value;
}

/**
 * Writes what {@link parseJson} reads.
 * @param indent as that of `JSON.stringify`
 */
export function jsonText(value: unknown, indent = 0): string {
  try {
    return JSON.stringify(value, undefined, indent);
  } catch {
    // Not one value in a million has a bigint, and only such a one pays for it.
    return JSON.stringify(value, withDigits, indent);
  }
}

/** The least number that a double may not hold has as many digits. */
const LONG_NUMBER = /\d{16}/;
const WHOLE = /^-?\d+$/;

function exact(_name: string, value: unknown, { source }: { readonly source?: string }): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value) || !WHOLE.test(source!)) return value;
  return jsonInteger(BigInt(source!));
}

function withDigits(_name: string, value: unknown): unknown {
  return typeof value === "bigint" ? JSON.rawJSON(String(value)) : value;
}
