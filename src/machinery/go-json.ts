import { jsonText } from "./exact-json.ts";
import { byteOrder } from "./byte-order.ts";

/** JSON as Go's encoder writes it: `<`, `>`, `&` and two line separators are escaped, so that it may stand in HTML. */
export function goJson(value: unknown): string {
  const text = jsonOfGo(value);
  return SPECIAL.test(text)
    ? text.replaceAll(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)
    : text;
}

/**
 * JSON with whole numbers as Go has them: the least and the greatest of 64 bits, as fields of built-in kinds have them, would be printed
 * as one that is beyond, and that no client in Go could read.
 * @param indent as that of `JSON.stringify`
 */
export function jsonOfGo(value: unknown, indent = 0): string {
  const text = jsonText(value, indent);
  if (!text.includes(EDGE)) return text;
  return text.replaceAll(STRING_OR_EDGE, (found) =>
    found[0] === '"' ? found : found.startsWith("-") ? LEAST : GREATEST,
  );
}

const LEAST = "-9223372036854775808";
const GREATEST = "9223372036854775807";
const EDGE = String(2 ** 63);
const STRING_OR_EDGE = new RegExp(String.raw`"(?:[^"\\]|\\.)*"|-?\b${EDGE}\b`, "g");

const SPECIAL = /[<>&\u2028\u2029]/;

/** The same with the members of every object in order, as Go writes maps. */
export function sortedGoJson(value: unknown): string {
  return goJson(sorted(value));
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  const members = Object.entries(value).sort(([left], [right]) => byteOrder(left, right));
  return Object.fromEntries(members.map(([name, member]) => [name, sorted(member)]));
}

/** What Go's decoder calls a value of JSON in its messages: `array`, `bool`, `number`, `object`, `string`. */
export function goJsonType(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}
