import { goJson } from "./go-json.ts";

/**
 * One thing that is wrong with an object, in Kubernetes' words. Validation yields all of them and never throws.
 * The functions below make them: the same names, types and texts as Kubernetes' field errors.
 */
export interface Issue {
  readonly type: IssueType;
  /** The path of the field, such as `spec.containers[0].name`; `<nil>` for the whole object. */
  readonly field: string;
  /** The text behind the field: type, value and detail. */
  readonly body: string;
}

export type IssueType =
  | "FieldValueNotFound"
  | "FieldValueRequired"
  | "FieldValueDuplicate"
  | "FieldValueInvalid"
  | "FieldValueNotSupported"
  | "FieldValueForbidden"
  | "FieldValueTooLong"
  | "FieldValueTooMany"
  | "FieldValueTooShort"
  | "FieldValueTypeInvalid"
  | "InternalError";

/** The sentence as it stands in a Status message. */
export function issueText(issue: Issue): string {
  return `${issue.field}: ${issue.body}`;
}

export function required(field: string, detail = ""): Issue {
  return { type: "FieldValueRequired", field, body: withDetail("Required value", detail) };
}

export function invalid(field: string, value: unknown, detail: string): Issue {
  return { type: "FieldValueInvalid", field, body: withDetail(`Invalid value: ${shown(value)}`, detail) };
}

export function typeInvalid(field: string, value: unknown, detail: string): Issue {
  return { type: "FieldValueTypeInvalid", field, body: withDetail(`Invalid value: ${shown(value)}`, detail) };
}

export function duplicate(field: string, value: unknown): Issue {
  return { type: "FieldValueDuplicate", field, body: `Duplicate value: ${shown(value)}` };
}

export function notFound(field: string, value: unknown): Issue {
  return { type: "FieldValueNotFound", field, body: `Not found: ${shown(value)}` };
}

export function forbidden(field: string, detail: string): Issue {
  return { type: "FieldValueForbidden", field, body: withDetail("Forbidden", detail) };
}

/** @param supported in the order to be shown; Kubernetes sorts it where it comes from a set. */
export function notSupported(field: string, value: unknown, supported: readonly string[]): Issue {
  const detail = supported.length === 0 ? "" : `supported values: ${supported.map(shown).join(", ")}`;
  return { type: "FieldValueNotSupported", field, body: withDetail(`Unsupported value: ${shown(value)}`, detail) };
}

export function tooLong(field: string, maximumBytes: number): Issue {
  const detail = maximumBytes >= 0 ? `may not be more than ${maximumBytes} bytes` : "value is too long";
  return { type: "FieldValueTooLong", field, body: `Too long: ${detail}` };
}

export function tooMany(field: string, actual: number, maximum: number): Issue {
  const items = maximum === 1 ? "item" : "items";
  return { type: "FieldValueTooMany", field, body: `Too many: ${actual}: must have at most ${maximum} ${items}` };
}

export function internalIssue(field: string, detail: string): Issue {
  return { type: "InternalError", field, body: `Internal error: ${detail}` };
}

function withDetail(text: string, detail: string): string {
  return detail === "" ? text : `${text}: ${detail}`;
}

/** A value as Kubernetes shows it: strings in Go's quotes, the rest as JSON with Go's escapes for HTML. */
function shown(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number") return isInt64(value) ? String(BigInt(value)) : String(value);
  if (typeof value === "boolean" || typeof value === "bigint") return String(value);
  return goJson(value ?? null);
}

/** Of those beyond, Go makes doubles. */
function isInt64(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= 2 ** 63;
}

/** A string as Go's %q writes it. */
export function quoted(text: string): string {
  let result = '"';
  for (const char of text) {
    const code = char.codePointAt(0)!;
    if (char === '"' || char === "\\") result += `\\${char}`;
    else if (NAMED_ESCAPES[char] !== undefined) result += NAMED_ESCAPES[char];
    else if (code < 0x20 || code === 0x7f) result += `\\x${code.toString(16).padStart(2, "0")}`;
    else result += char;
  }
  return `${result}"`;
}

const NAMED_ESCAPES: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\t": "\\t",
  "\r": "\\r",
  "\b": "\\b",
  "\f": "\\f",
  "\v": "\\v",
  "\u0007": "\\a",
};
