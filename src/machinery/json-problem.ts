/**
 * What is wrong with a text that is no JSON, in the words of Go's parser, which Kubernetes passes on. Only for texts that
 * `JSON.parse` has refused: what it accepts, Go accepts too.
 */
export function jsonProblem(text: string): string {
  try {
    const end = skipSpace(text, readValue(text, skipSpace(text, 0), "looking for beginning of value"));
    return end < text.length ? unexpected(text, end, "after top-level value") : "invalid JSON input";
  } catch (error) {
    if (error instanceof JsonProblem) return error.message;
    throw error;
  }
}

/** Go reads so many levels and no more. */
const MOST_LEVELS = 10_000;

/** Whether lists and objects of a valid text stand in one another more often than Go reads. */
export function isTooDeep(text: string): boolean {
  if (text.length < 2 * MOST_LEVELS) return false;
  let level = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === '"') at = readString(text, at + 1) - 1;
    else if (char === "[" || char === "{") {
      level += 1;
      if (level > MOST_LEVELS) return true;
    } else if (char === "]" || char === "}") level -= 1;
  }
  return false;
}

/** The text with half characters, which Go reads as the sign for what is no character, written as that. */
export function wellFormed(text: string): string {
  if (!/\\ud/i.test(text)) return text;
  return text.replaceAll(
    /\\(?:ud[89ab][\da-f]{2}\\ud[c-f][\da-f]{2}|(ud[89a-f][\da-f]{2})|[^])/gi,
    (whole, half?: string) => (half === undefined ? whole : String.raw`\ufffd`),
  );
}

class JsonProblem extends Error {}

function fail(text: string, at: number, context: string): never {
  throw new JsonProblem(unexpected(text, at, context));
}

function unexpected(text: string, at: number, context: string): string {
  // Where a text ends Go reads one more space, which few places cannot take.
  const char = text.codePointAt(at) ?? (WITHOUT_SPACE.test(context) ? 0x20 : undefined);
  return char === undefined ? "unexpected end of JSON input" : `invalid character ${quotedChar(char)} ${context}`;
}

const WITHOUT_SPACE = /in literal|numeric literal|escape/;

function quotedChar(code: number): string {
  if (code === 0x27) return String.raw`'\''`;
  if (code === 0x22) return `'"'`;
  const escaped = ESCAPES[code];
  if (escaped !== undefined) return `'${escaped}'`;
  if (code >= 0x80 && code < 0xa0) return `'\\u00${code.toString(16)}'`;
  return code < 0x20 ? `'\\x${code.toString(16).padStart(2, "0")}'` : `'${String.fromCodePoint(code)}'`;
}

const ESCAPES: Readonly<Record<number, string>> = {
  7: "\\a",
  8: "\\b",
  9: "\\t",
  10: "\\n",
  11: "\\v",
  12: "\\f",
  13: "\\r",
  0x5c: "\\\\",
};

function skipSpace(text: string, at: number): number {
  while (at < text.length && " \t\r\n".includes(text[at]!)) at++;
  return at;
}

/** Reads a value and tells where it ends. */
function readValue(text: string, at: number, context: string): number {
  switch (text[at]) {
    case "{":
      return readObject(text, at + 1);
    case "[":
      return readArray(text, at + 1);
    case '"':
      return readString(text, at + 1);
    case "t":
      return readLiteral(text, at, "true");
    case "f":
      return readLiteral(text, at, "false");
    case "n":
      return readLiteral(text, at, "null");
    default:
      if (isDigit(text[at]) || text[at] === "-") return readNumber(text, at);
      return fail(text, at, context);
  }
}

function readObject(text: string, start: number): number {
  let at = skipSpace(text, start);
  if (text[at] === "}") return at + 1;
  for (;;) {
    if (text[at] !== '"') fail(text, at, "looking for beginning of object key string");
    at = skipSpace(text, readString(text, at + 1));
    if (text[at] !== ":") fail(text, at, "after object key");
    at = skipSpace(text, readValue(text, skipSpace(text, at + 1), "looking for beginning of value"));
    if (text[at] === "}") return at + 1;
    if (text[at] !== ",") fail(text, at, "after object key:value pair");
    at = skipSpace(text, at + 1);
  }
}

function readArray(text: string, start: number): number {
  let at = skipSpace(text, start);
  if (text[at] === "]") return at + 1;
  for (;;) {
    at = skipSpace(text, readValue(text, at, "looking for beginning of value"));
    if (text[at] === "]") return at + 1;
    if (text[at] !== ",") fail(text, at, "after array element");
    at = skipSpace(text, at + 1);
  }
}

function readString(text: string, start: number): number {
  for (let at = start; ; at++) {
    const char = text[at];
    if (char === undefined || char < " ") fail(text, at, "in string literal");
    if (char === '"') return at + 1;
    if (char !== "\\") continue;
    at++;
    const escape = text[at];
    if (escape === undefined || !'"\\/bfnrtu'.includes(escape)) fail(text, at, "in string escape code");
    if (escape !== "u") continue;
    for (let digit = 0; digit < 4; digit++) {
      at++;
      if (!/^[0-9a-f]$/i.test(text[at] ?? "")) fail(text, at, String.raw`in \u hexadecimal character escape`);
    }
  }
}

function readLiteral(text: string, at: number, literal: string): number {
  for (let index = 1; index < literal.length; index++) {
    if (text[at + index] !== literal[index]) {
      fail(text, at + index, `in literal ${literal} (expecting '${literal[index]}')`);
    }
  }
  return at + literal.length;
}

function readNumber(text: string, start: number): number {
  let at = text[start] === "-" ? start + 1 : start;
  if (text[at] === "0") at++;
  else at = readDigits(text, at, "in numeric literal");
  if (text[at] === ".") at = readDigits(text, at + 1, "after decimal point in numeric literal");
  if (text[at] !== "e" && text[at] !== "E") return at;
  at++;
  if (text[at] === "+" || text[at] === "-") at++;
  return readDigits(text, at, "in exponent of numeric literal");
}

function readDigits(text: string, start: number, context: string): number {
  let at = start;
  if (!isDigit(text[at])) fail(text, at, context);
  while (isDigit(text[at])) at++;
  return at;
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= "0" && char <= "9";
}
