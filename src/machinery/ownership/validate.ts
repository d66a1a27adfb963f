import { jsonText } from "../exact-json.ts";
import type { Json, JsonObject } from "../json.ts";
import type { ListShape, MapShape, ScalarShape, Shape, StructShape } from "../shape.ts";
import { itemElement, OwnershipError, printElement } from "./path-element.ts";
import { memberOf } from "./typed.ts";

/**
 * What keeps a value from being of a shape, in the words of Kubernetes' merge library; nothing if it is.
 * @param allowDuplicates items of a list may share an element
 */
export function shapeProblems(shape: Shape, value: Json, { allowDuplicates = false } = {}): string | undefined {
  const problems = [...problemsOf(shape, value, "", allowDuplicates)];
  if (problems.length < 2) return problems[0];
  return `errors:\n${problems.map((problem) => `  ${problem}`).join("\n")}`;
}

function* problemsOf(shape: Shape, value: Json, path: string, allowDuplicates: boolean): Generator<string> {
  if (value === null || shape.type === "any") return;
  if (shape.type === "list") yield* listProblems(shape, value, path, allowDuplicates);
  else if (shape.type === "struct" || shape.type === "map") yield* memberProblems(shape, value, path, allowDuplicates);
  else {
    const problem = scalarProblem(shape, value);
    if (problem !== undefined) yield at(path, problem);
  }
}

function at(path: string, problem: string): string {
  return path === "" ? problem : `${path}: ${problem}`;
}

function* memberProblems(
  shape: StructShape | MapShape,
  value: Json,
  path: string,
  allowDuplicates: boolean,
): Generator<string> {
  if (typeof value !== "object" || Array.isArray(value)) {
    yield at(path, `expected map, got &{${goValue(value)}}`);
    return;
  }
  for (const [name, member] of Object.entries(value as JsonObject)) {
    const found = memberOf(shape, name);
    if (found === undefined) {
      // Kubernetes looks no further in a struct that has a field which it does not know.
      yield `${path}.${name}: field not declared in schema`;
      return;
    }
    yield* problemsOf(found.shape, member ?? null, `${path}.${name}`, allowDuplicates);
  }
}

function* listProblems(shape: ListShape, value: Json, path: string, allowDuplicates: boolean): Generator<string> {
  if (!Array.isArray(value)) {
    yield at(path, `expected list, got &{${goValue(value)}}`);
    return;
  }
  const seen = new Set<string>();
  for (const [index, item] of (value as readonly Json[]).entries()) {
    let step = `[${index}]`;
    if (shape.listType !== "atomic") {
      let element: string;
      try {
        element = itemElement(shape, item);
      } catch (error) {
        if (!(error instanceof OwnershipError)) throw error;
        yield at(path, `element ${index}: ${error.message}`);
        return;
      }
      step = printElement(element);
      if (!allowDuplicates && seen.has(element)) yield at(path, `duplicate entries for key ${step}`);
      seen.add(element);
    }
    yield* problemsOf(shape.items, item, `${path}${step}`, allowDuplicates);
  }
}

function scalarProblem({ type, format }: ScalarShape, value: Json): string | undefined {
  // What may be one of two is anything here: reading it will tell.
  if (format === "int-or-string") return undefined;
  if (format !== undefined && UNTYPED.has(format)) {
    return typeof value === "object" ? `expected any scalar, got &{${goValue(value)}}` : undefined;
  }
  switch (type) {
    case "integer":
    case "number":
      return typeof value === "number" || typeof value === "bigint"
        ? undefined
        : `expected numeric (int or float), got ${goTypeOf(value)}`;
    case "boolean":
      return typeof value === "boolean" ? undefined : `expected boolean, got &{${goValue(value)}}`;
    case "string":
      return typeof value === "string"
        ? undefined
        : `expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`;
  }
}

/** Formats that the schema of Kubernetes gives no type. */
const UNTYPED: ReadonlySet<string> = new Set(["quantity", "date-time", "micro-time"]);

function goTypeOf(value: Json): string {
  if (Array.isArray(value)) return "[]interface {}";
  if (typeof value === "boolean") return "bool";
  return typeof value === "object" ? "map[string]interface {}" : typeof value;
}

/** A value as Go's %v prints it. */
function goValue(value: Json): string {
  if (value === null) return "<nil>";
  if (Array.isArray(value)) return `[${value.map(goValue).join(" ")}]`;
  if (typeof value !== "object") return String(value);
  const members = Object.entries(value as JsonObject).sort(([left], [right]) => (left < right ? -1 : 1));
  return `map[${members.map(([name, member]) => `${name}:${goValue(member ?? null)}`).join(" ")}]`;
}

/** A value as Go's %#v prints it. */
function goSyntax(value: Json): string {
  if (value === null) return "interface {}(nil)";
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(", ")}}`;
  if (typeof value !== "object") return jsonText(value);
  const members = Object.entries(value as JsonObject).sort(([left], [right]) => (left < right ? -1 : 1));
  return `map[string]interface {}{${members.map(([name, member]) => `${JSON.stringify(name)}:${goSyntax(member ?? null)}`).join(", ")}}`;
}
