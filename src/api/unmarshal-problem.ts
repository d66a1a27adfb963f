import { jsonProblem } from "../machinery/json-problem.ts";

/**
 * What Go says of a text that should hold a JSON value of one of its types, or nothing where it does.
 * @param wanted what the type is in JSON. @param type as Go prints it: `map[string]interface {}`
 */
export function unmarshalProblem(text: string, wanted: "object" | "array", type: string): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return jsonProblem(text);
  }
  return mismatch(value, wanted, `value of type ${type}`);
}

/**
 * The structs of a text that should hold a list of them, or what Go says where it does not.
 * @param type as Go prints it: `core.Taint`. @param fields the types of those of its fields that are texts or numbers
 */
export function unmarshalList<T>(
  text: string,
  type: string,
  fields: Readonly<Partial<Record<keyof T & string, string>>>,
): readonly Partial<T>[] | string {
  const problem = unmarshalProblem(text, "array", `[]${type}`);
  if (problem !== undefined) return problem;
  const items = (JSON.parse(text) as readonly (Readonly<Record<string, unknown>> | null)[] | null) ?? [];
  for (const item of items) {
    const other = mismatch(item, "object", `value of type ${type}`);
    if (other !== undefined) return other;
    for (const [name, fieldType] of Object.entries<string | undefined>(fields)) {
      const field = `${type.slice(type.indexOf(".") + 1)}.${name[0]!.toUpperCase()}${name.slice(1)}`;
      const wanted = fieldType === "int64" ? "number" : "string";
      const wrong = mismatch(item?.[name] ?? null, wanted, `struct field ${field} of type ${fieldType}`);
      if (wrong !== undefined) return wrong;
    }
  }
  return items.map((item) => withoutNulls(item ?? {}) as Partial<T>);
}

function mismatch(value: unknown, wanted: string, what: string): string | undefined {
  const kind = Array.isArray(value) ? "array" : typeof value === "boolean" ? "bool" : typeof value;
  return value === null || kind === wanted ? undefined : `json: cannot unmarshal ${kind} into Go ${what}`;
}

function withoutNulls(item: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null));
}
