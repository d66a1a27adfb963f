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
  const problems = problemsOf(shape, value, allowDuplicates).map(({ path, text }) =>
    path === "" ? text : `${path}: ${text}`,
  );
  if (problems.length < 2) return problems[0];
  return `errors:\n${problems.map((problem) => `  ${problem}`).join("\n")}`;
}

interface Problem {
  readonly path: string;
  readonly text: string;
}

const NONE: readonly Problem[] = [];

function problem(text: string, path = ""): readonly Problem[] {
  return [{ path, text }];
}

/** Paths are put together on the way back: nearly every value is well. */
function within(step: string, problems: readonly Problem[]): readonly Problem[] {
  return problems.map(({ path, text }) => ({ path: `${step}${path}`, text }));
}

function problemsOf(shape: Shape, value: Json, allowDuplicates: boolean): readonly Problem[] {
  if (value === null || shape.type === "any") return NONE;
  if (shape.type === "list") return listProblems(shape, value, allowDuplicates);
  if (shape.type === "struct" || shape.type === "map") return memberProblems(shape, value, allowDuplicates);
  const text = scalarProblem(shape, value);
  return text === undefined ? NONE : problem(text);
}

function memberProblems(shape: StructShape | MapShape, value: Json, allowDuplicates: boolean): readonly Problem[] {
  if (typeof value !== "object" || Array.isArray(value)) return problem(`expected map, got &{${goValue(value)}}`);
  let problems = NONE;
  for (const [name, member] of Object.entries(value as JsonObject)) {
    const found = memberOf(shape, name);
    // Kubernetes looks no further in a struct that has a field which it does not know.
    if (found === undefined) return [...problems, ...problem("field not declared in schema", `.${name}`)];
    const inside = problemsOf(found.shape, member ?? null, allowDuplicates);
    if (inside.length > 0) problems = [...problems, ...within(`.${name}`, inside)];
  }
  return problems;
}

function listProblems(shape: ListShape, value: Json, allowDuplicates: boolean): readonly Problem[] {
  if (!Array.isArray(value)) return problem(`expected list, got &{${goValue(value)}}`);
  let problems = NONE;
  const seen = new Set<string>();
  for (const [index, item] of (value as readonly Json[]).entries()) {
    let element: string | undefined;
    if (shape.listType !== "atomic") {
      try {
        element = itemElement(shape, item);
      } catch (error) {
        if (!(error instanceof OwnershipError)) throw error;
        return [...problems, ...problem(`element ${index}: ${error.message}`)];
      }
      if (!allowDuplicates) {
        if (seen.has(element))
          problems = [...problems, ...problem(`duplicate entries for key ${printElement(element)}`)];
        seen.add(element);
      }
    }
    const inside = problemsOf(shape.items, item, allowDuplicates);
    if (inside.length === 0) continue;
    problems = [...problems, ...within(element === undefined ? `[${index}]` : printElement(element), inside)];
  }
  return problems;
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
