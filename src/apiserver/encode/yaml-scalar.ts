import { jsonOfGo } from "../../machinery/go-json.ts";
import { looksLikeAnotherType } from "./yaml-type.ts";

/** A text is broken at the first space behind this column. */
const WIDTH = 80;
/** Of the bytes of a key; a longer one stands alone. */
const LONGEST_SIMPLE_KEY = 128;
const BREAK = /[\n\r\x85\u2028\u2029]/;
const SPECIAL = /[^\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;

/** Where a text begins, and how far in its further lines do; none for one that stays in its line. */
export type Place = { readonly column: number; readonly indent: number } | undefined;

export function scalarText(value: string | number | bigint | boolean | null, place: Place): string {
  if (typeof value === "number") return numberText(value);
  if (typeof value !== "string") return String(value);
  const margin = " ".repeat(place?.indent ?? 0);
  switch (styleOf(value)) {
    case "literal":
      return `|${blockHints(value)}\n${value.replaceAll(/(?<=^|[\n\u2028\u2029])(?=[^\n\u2028\u2029])/g, margin)}`;
    case "double":
      return `"${folded(value, place, escaped)}"`;
    case "single":
      return `'${folded(value, place, (char) => (char === "'" ? "''" : char)).replaceAll(/(?<=[\u2028\u2029])(?=[^\u2028\u2029])/g, margin)}'`;
    case "plain":
      return folded(value, place);
  }
}

/** Whether a key stands in the line of its value. */
export function isSimpleKey(key: string): boolean {
  return !BREAK.test(key) && new TextEncoder().encode(key).length <= LONGEST_SIMPLE_KEY;
}

/** As Go prints numbers: whole ones of 64 bits and those between 1e-4 and 1e6 have no exponent. */
function numberText(value: number): string {
  if (Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 64) return jsonOfGo(value);
  const [digits, exponent] = value.toExponential().split("e") as [string, string];
  if (Number(exponent) >= -4 && Number(exponent) < 6) return String(value);
  return `${digits}e${exponent.replace(/^([-+])(\d)$/, "$10$2")}`;
}

/** The plainest style in which a reader finds this very text again. */
function styleOf(text: string): "plain" | "single" | "double" | "literal" {
  if (SPECIAL.test(text) || / [\n\u2028\u2029]/.test(text)) return "double";
  if (text.includes("\n")) return text.endsWith(" ") ? "double" : "literal";
  if (looksLikeAnotherType(text) || /[\u2028\u2029] /.test(text)) return "double";
  const isMarked = /^(?:[#,[\]{}&*!|>'"%@`]|[?:-](?: |$)|---|\.\.\.)/.test(text) || /:(?: |$)| #|^ | $/.test(text);
  return isMarked || BREAK.test(text) ? "single" : "plain";
}

/** What a reader cannot see of a text by its lines: that it begins with white space, how it ends. */
function blockHints(text: string): string {
  const indent = /^[ \n\u2028\u2029]/.test(text) ? "2" : "";
  if (!BREAK.test(text.at(-1)!)) return `${indent}-`;
  return text.length === 1 || BREAK.test(text.at(-2)!) ? `${indent}+` : indent;
}

/** @param written of one character; none for a text that has no quotes */
function folded(text: string, place: Place, written?: (char: string) => string): string {
  const chars = [...text];
  let column = (place?.column ?? 0) + (written === undefined ? 0 : 1);
  let result = "";
  for (const [index, char] of chars.entries()) {
    let next = written?.(char) ?? char;
    if (place !== undefined && column > WIDTH && isFold(chars, index, written === escaped)) {
      next = `\n${" ".repeat(place.indent)}${chars[index + 1] === " " ? "\\" : ""}`;
      column = -1;
    }
    result += next;
    column += next.length;
  }
  return result;
}

/** Spaces in a row may be broken only where the rest of them can be marked. */
function isFold(chars: readonly string[], index: number, inRows: boolean): boolean {
  if (chars[index] !== " " || index === 0 || index === chars.length - 1 || chars[index - 1] === " ") return false;
  return inRows || chars[index + 1] !== " ";
}

const NAMED: Readonly<Record<string, string>> = {
  "\0": "0",
  "\x07": "a",
  "\b": "b",
  "\t": "t",
  "\n": "n",
  "\v": "v",
  "\f": "f",
  "\r": "r",
  "\x1b": "e",
  '"': '"',
  "\\": "\\",
  "\x85": "N",
  "\u2028": "L",
  "\u2029": "P",
};

function escaped(char: string): string {
  const name = NAMED[char];
  if (name !== undefined) return `\\${name}`;
  if (!SPECIAL.test(char)) return char;
  const code = char.codePointAt(0)!;
  const [letter, digits] = code <= 0xff ? ["x", 2] : code <= 0xffff ? ["u", 4] : ["U", 8];
  return `\\${letter}${code.toString(16).toUpperCase().padStart(Number(digits), "0")}`;
}
