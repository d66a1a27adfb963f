import { byteOrder } from "./byte-order.ts";
import { qualifiedName } from "./formats.ts";
import { invalid, issueText } from "./issue.ts";
import type { Operator, Requirement } from "./labels.ts";
import { SelectorError } from "./selector-error.ts";

type MakeRequirement = (key: string, operator: Operator, values: readonly string[]) => Requirement;

/**
 * Reads the requirements of a label selector's string form, in the order written.
 * @param make checks a requirement as soon as it is read: the first error in the text is the one reported
 * @throws SelectorError with the sentences of Kubernetes' parser
 */
export function parseLabelRequirements(text: string, make: MakeRequirement): Requirement[] {
  const tokens = new Tokens(text);
  const requirements: Requirement[] = [];
  for (;;) {
    const { type, text: literal } = tokens.peek();
    if (type === "end") return requirements;
    if (type !== "identifier" && type !== "!") {
      throw new SelectorError(`found '${literal}', expected: !, identifier, or 'end of string'`);
    }
    requirements.push(parseRequirement(tokens, make));
    const separator = tokens.take();
    if (separator.type === "end") return requirements;
    if (separator.type !== ",") {
      throw new SelectorError(`found '${separator.text}', expected: ',' or 'end of string'`);
    }
    const next = tokens.peek();
    if (next.type !== "identifier" && next.type !== "!") {
      throw new SelectorError(`found '${next.text}', expected: identifier after ','`);
    }
  }
}

interface Token {
  readonly type: "identifier" | "end" | ")" | "," | "!" | "==" | "=" | ">" | "<" | "!=" | "(";
  readonly text: string;
}

const OPERATORS: ReadonlyMap<string, Operator> = new Map([
  ["in", "in"],
  ["notin", "notin"],
  ["=", "="],
  ["==", "=="],
  ["!=", "!="],
  [">", "gt"],
  ["<", "lt"],
]);

/** The tokens of a selector. `in` and `notin` are identifiers here: only behind a key are they operators. */
class Tokens {
  readonly #tokens: Token[] = [];
  #position = 0;
  constructor(text: string) {
    const end = text.includes("\0") ? text.indexOf("\0") : text.length;
    let at = 0;
    while (at < end) {
      if (" \t\r\n".includes(text[at]!)) at++;
      else {
        const token = SPECIAL.has(text[at]!) ? scanSpecial(text, at, end) : scanIdentifier(text, at, end);
        this.#tokens.push(token.token);
        at = token.next;
      }
    }
    this.#tokens.push({ type: "end", text: "" });
  }
  peek(): Token {
    return this.#tokens[this.#position]!;
  }
  take(): Token {
    return this.#tokens[this.#position++]!;
  }
}

const SPECIAL: ReadonlySet<string> = new Set("=!(),><");
const SYMBOLS: ReadonlySet<string> = new Set([")", ",", "!", "==", "=", ">", "<", "!=", "("]);

function scanIdentifier(text: string, start: number, end: number): { token: Token; next: number } {
  let next = start;
  while (next < end && !SPECIAL.has(text[next]!) && !" \t\r\n".includes(text[next]!)) next++;
  return { token: { type: "identifier", text: text.slice(start, next) }, next };
}

/** The longest symbol at this place. */
function scanSpecial(text: string, start: number, end: number): { token: Token; next: number } {
  const two = text.slice(start, Math.min(start + 2, end));
  const symbol = SYMBOLS.has(two) ? two : two[0]!;
  return { token: { type: symbol as Token["type"], text: symbol }, next: start + symbol.length };
}

function parseRequirement(tokens: Tokens, make: MakeRequirement): Requirement {
  try {
    return parseOneRequirement(tokens, make);
  } catch (error) {
    if (error instanceof SelectorError) throw new SelectorError(`unable to parse requirement: ${error.message}`);
    throw error;
  }
}

function parseOneRequirement(tokens: Tokens, make: MakeRequirement): Requirement {
  let token = tokens.take();
  const negated = token.type === "!";
  if (negated) token = tokens.take();
  if (token.type !== "identifier") throw new SelectorError(`found '${token.text}', expected: identifier`);
  const key = token.text;
  const problems = qualifiedName(key);
  if (problems.length > 0) throw new SelectorError(issueText(invalid("<nil>", key, problems.join("; "))));
  const { type } = tokens.peek();
  if (negated) return make(key, "!", []);
  if (type === "end" || type === ",") return make(key, "exists", []);
  const symbol = tokens.take();
  const operator = OPERATORS.get(symbol.text);
  if (operator === undefined) {
    throw new SelectorError(`found '${symbol.text}', expected: in, notin, =, ==, !=, gt, lt`);
  }
  const values = operator === "in" || operator === "notin" ? parseValues(tokens) : [parseExactValue(tokens)];
  return make(key, operator, [...new Set(values)].sort(byteOrder));
}

function parseValues(tokens: Tokens): string[] {
  const open = tokens.take();
  if (open.type !== "(") throw new SelectorError(`found '${open.text}' expected: '('`);
  const first = tokens.peek();
  if (first.type === ")") {
    tokens.take();
    return [""];
  }
  if (first.type !== "identifier" && first.type !== ",") {
    throw new SelectorError(`found '${first.text}', expected: ',', ')' or identifier`);
  }
  const values = parseIdentifiers(tokens);
  tokens.take();
  return values;
}

/** Values up to the closing parenthesis, which is left: a missing one between commas is the empty value. */
function parseIdentifiers(tokens: Tokens): string[] {
  const values: string[] = [];
  for (;;) {
    const token = tokens.take();
    if (token.type === "identifier") {
      values.push(token.text);
      const next = tokens.peek();
      if (next.type === ")") return values;
      if (next.type !== ",") throw new SelectorError(`found '${next.text}', expected: ',' or ')'`);
    } else if (token.type === ",") {
      if (values.length === 0) values.push("");
      const next = tokens.peek();
      if (next.type === ")" || next.type === ",") values.push("");
      if (next.type === ")") return values;
    } else throw new SelectorError(`found '${token.text}', expected: ',', or identifier`);
  }
}

function parseExactValue(tokens: Tokens): string {
  const next = tokens.peek();
  if (next.type === "end" || next.type === ",") return "";
  const token = tokens.take();
  if (token.type === "identifier") return token.text;
  throw new SelectorError(`found '${token.text}', expected: identifier`);
}
