import { byteOrder } from "./byte-order.ts";
import { SelectorError } from "./selector-error.ts";

/** A field selector: all of its terms must hold. None selects everything. */
export interface FieldSelector {
  readonly terms: readonly FieldTerm[];
}

export interface FieldTerm {
  /** A path that the kind offers for selection, such as `metadata.name` or `status.phase`. */
  readonly field: string;
  readonly operator: "=" | "!=";
  readonly value: string;
}

/** Whether an object is selected. `lookup` gives a field as text; an absent field is the empty text. */
export function matchesFields(selector: FieldSelector, lookup: (field: string) => string): boolean {
  return selector.terms.every(({ field, operator, value }) => (lookup(field) === value) === (operator === "="));
}

/**
 * Reads the string form, such as `status.phase=Running,metadata.name!=a\,b`.
 * @throws SelectorError
 */
export function parseFieldSelector(text: string): FieldSelector {
  const terms: FieldTerm[] = [];
  for (const part of splitTerms(text).sort(byteOrder)) {
    if (part === "") continue;
    const found = /!=|==|=/.exec(part);
    if (found === null) throw new SelectorError(`invalid selector: '${text}'; can't understand '${part}'`);
    const value = unescapeFieldValue(part.slice(found.index + found[0].length));
    const field = part.slice(0, found.index);
    if (field !== "" || value !== "") terms.push({ field, operator: found[0] === "!=" ? "!=" : "=", value });
  }
  return { terms };
}

/** The string form, which `parseFieldSelector` reads. */
export function formatFieldSelector(selector: FieldSelector): string {
  return selector.terms.map(({ field, operator, value }) => `${field}${operator}${escapeFieldValue(value)}`).join(",");
}

/** The value that the selector demands for a field, if it demands one: what an index can look up. */
export function exactFieldMatch(selector: FieldSelector, field: string): string | undefined {
  return selector.terms.find((term) => term.operator === "=" && term.field === field)?.value;
}

/** A literal value as it may stand in a field selector. */
function escapeFieldValue(value: string): string {
  return value.replaceAll(/[\\,=]/g, (char) => `\\${char}`);
}

function unescapeFieldValue(text: string): string {
  if (!/[\\,=]/.test(text)) return text;
  let value = "";
  let escaping = false;
  for (const char of text) {
    if (escaping) {
      if (char !== "\\" && char !== "," && char !== "=") {
        throw new SelectorError(`invalid field selector: invalid escape sequence: \\${char}`);
      }
      value += char;
      escaping = false;
    } else if (char === "\\") escaping = true;
    else if (char === "," || char === "=") {
      // Kubernetes prints the number of the character, not the character.
      throw new SelectorError(`invalid field selector: unescaped character in value: ${char.codePointAt(0)}`);
    } else value += char;
  }
  if (escaping) throw new SelectorError("invalid field selector: invalid escape sequence: \\");
  return value;
}

function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  let escaping = false;
  for (let index = 0; index < text.length; index++) {
    const char = text[index];
    if (escaping) escaping = false;
    else if (char === "\\") escaping = true;
    else if (char === ",") {
      terms.push(text.slice(start, index));
      start = index + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}
