import type { Json, JsonObject } from "./json.ts";

/**
 * Lists and maps that a body gives empty are absent once they are decoded, as they are in storage. Until then Kubernetes
 * tells them apart: a few checks mind that a field is there at all, and refusals show `[]` and `{}`. Noted beside the
 * objects, so that those that have none, nearly all, cost nothing.
 */
export type Empty = readonly never[] | Readonly<Record<string, never>>;

const noted = new WeakMap<object, Map<string, Empty>>();
const documents = new WeakSet<object>();

/** Marks a whole decoded value that has such fields somewhere. */
export function noteDocumentWithEmpties(document: object): void {
  documents.add(document);
}

export function noteGivenEmpty(owner: object, name: string, value: Empty): void {
  const known = noted.get(owner);
  if (known === undefined) noted.set(owner, new Map([[name, value]]));
  else known.set(name, value);
}

/** `[]` or `{}` where a decoded struct was given the field empty; nothing where it was absent, or is not empty. */
export function givenEmpty(owner: object | undefined, name: string): Empty | undefined {
  return owner === undefined ? undefined : noted.get(owner)?.get(name);
}

/**
 * The decoded value with `[]` and `{}` where it was given lists and maps that Go writes even where they are empty: so
 * field ownership sees it. The same value where there are none.
 */
export function withGivenEmpty<T extends object>(document: T): T {
  return documents.has(document) ? (restored(document as unknown as Json) as unknown as T) : document;
}

/** The decoded value as it is stored: nothing is known any more of what was given empty. The same where nothing was. */
export function withoutGivenEmpty<T extends object>(document: T): T {
  return documents.has(document) ? structuredClone(document) : document;
}

function restored(value: Json): Json {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items = (value as readonly Json[]).map(restored);
    return items.some((item, index) => item !== (value as readonly Json[])[index]) ? items : value;
  }
  let changed: Record<string, Json | undefined> | undefined;
  for (const [name, member] of Object.entries(value as JsonObject)) {
    const next = (member === null ? givenEmpty(value, name) : undefined) ?? restored(member ?? null);
    if (member !== undefined && next !== member) (changed ??= { ...(value as JsonObject) })[name] = next;
  }
  return changed ?? value;
}

/** A copy of a decoded struct, of which the same fields were given empty, but for those that change. */
export function copyWithGivenEmpty<T extends object>(owner: T, changes: Partial<T> = {}): T {
  const copy = { ...owner, ...changes };
  for (const [name, value] of noted.get(owner) ?? []) if (!(name in changes)) noteGivenEmpty(copy, name, value);
  return copy;
}

/** Whether a decoded value has such fields, itself or anywhere in it, that no default has filled since. */
export function hasGivenEmpty(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const names = noted.get(value)?.keys() ?? [];
  const members = value as Readonly<Record<string, unknown>>;
  return [...names].some((name) => (members[name] ?? null) === null) || Object.values(value).some(hasGivenEmpty);
}

/** The fields of a decoded struct that were given empty. */
export function fieldsGivenEmpty(owner: object): ReadonlyMap<string, Empty> | undefined {
  return noted.get(owner);
}
