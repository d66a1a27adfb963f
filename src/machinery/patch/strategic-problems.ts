import type { MutableJson, MutableJsonObject } from "../json.ts";
import { failure, type StatusError } from "../status.ts";

// Kubernetes answers 500 where a strategic merge patch has the wrong types: nothing maps these to a refusal.

export function badArgument(expected: string, actual: MutableJson | undefined): StatusError {
  return failure(500, "", `expected a ${expected}, but received a ${goTypeOf(actual)}`);
}

export function noMergeKey(item: MutableJsonObject, key: string): StatusError {
  return failure(500, "", `map: ${describeValue(item)} does not contain declared merge key: ${key}`);
}

/** The Go type that Kubernetes tells values apart by. */
export function kindOf(value: MutableJson): string {
  if (value === null) return "nil";
  if (Array.isArray(value)) return "slice";
  return typeof value === "object" ? "map" : typeof value;
}

function goTypeOf(value: MutableJson | undefined): string {
  if (value === null || value === undefined) return "%!s(<nil>)";
  if (Array.isArray(value)) return "[]interface {}";
  if (typeof value === "object") return "map[string]interface {}";
  if (typeof value === "number") return Number.isInteger(value) ? "int64" : "float64";
  if (typeof value === "bigint") return "int64";
  return typeof value === "boolean" ? "bool" : "string";
}

/** A value as Go's %v prints it. */
export function describeValue(value: MutableJson | undefined): string {
  return described(value, (scalar) => (scalar === null ? "<nil>" : String(scalar)));
}

/** A value as Go's %s prints it, which takes all but texts for mistakes. */
export function describeAsText(value: MutableJson): string {
  return described(value, (scalar) => {
    if (typeof scalar === "string") return scalar;
    return scalar === null ? "%!s(<nil>)" : `%!s(${goTypeOf(scalar)}=${scalar})`;
  });
}

type Scalar = string | number | bigint | boolean | null;

function described(value: MutableJson | undefined, scalar: (value: Scalar) => string): string {
  if (Array.isArray(value)) return `[${value.map((item) => described(item, scalar)).join(" ")}]`;
  if (typeof value !== "object" || value === null) return scalar(value ?? null);
  const members = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `map[${members.map(([name, member]) => `${name}:${described(member, scalar)}`).join(" ")}]`;
}
