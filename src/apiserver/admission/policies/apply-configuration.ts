import { CelMessage } from "../../../api/cel/messages.ts";
import { jsonOf } from "../../../api/cel/value.ts";
import type { Kind } from "../../../api/kind.ts";
import type { Json, JsonObject, MutableJsonObject } from "../../../machinery/json.ts";
import { mergeValues } from "../../../machinery/ownership/merge.ts";
import { memberOf } from "../../../machinery/ownership/typed.ts";
import { shapeProblems } from "../../../machinery/ownership/validate.ts";
import type { Shape } from "../../../machinery/shape.ts";

/**
 * Lays what an expression made (`Object{spec: Object.spec{…}}`) over an object, as server-side apply does but without owners.
 * @throws {Error} where it does not fit the kind, or sets as a whole what would lose the rest
 */
export function applyMade(kind: Kind, object: JsonObject, made: CelMessage): MutableJsonObject {
  const mismatches = typeMismatches(made, made.type);
  if (mismatches.length > 0) throw new Error(`type mismatch: ${mismatches.join("\n")}`);
  const config = { ...(jsonOf(made) as MutableJsonObject), apiVersion: kind.apiVersion, kind: kind.kind };
  const wrap = (why: string) => new Error(`error applying patch: ${why}`);
  const problem = shapeProblems(kind.shape, config);
  if (problem !== undefined) throw wrap(`failed to convert patch object to typed object: ${problem}`);
  const atomic = [...atomicPaths(kind.shape, config, "")];
  if (atomic.length > 0) {
    throw wrap(`invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: ${atomic.join(", ")}`);
  }
  return mergeValues(kind.shape, object, config) as MutableJsonObject;
}

/** An object's type is the path at which it stands. */
export function typeMismatches(value: unknown, path: string): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item) => typeMismatches(item, path));
  if (!(value instanceof CelMessage)) return [];
  const why = `expected ${JSON.stringify(path)}, which matches field name path from root Object type`;
  const own = value.type === path ? [] : [`unexpected type name ${JSON.stringify(value.type)}, ${why}`];
  return [...own, ...[...value.fields].flatMap(([name, member]) => typeMismatches(member, `${path}.${name}`))];
}

/** Where a value sets something that has no parts of its own for apply: all that it does not name would be gone. */
function* atomicPaths(shape: Shape, value: Json | undefined, path: string): Iterable<string> {
  if (typeof value !== "object" || value === null) return;
  if (Array.isArray(value)) {
    if (shape.type !== "list") return;
    if (shape.listType === "atomic") yield path;
    for (const [index, item] of (value as readonly Json[]).entries()) {
      yield* atomicPaths(shape.items, item, `${path}[${index}]`);
    }
    return;
  }
  if (shape.type !== "struct" && shape.type !== "map") return;
  if (shape.atomic) yield path;
  if (shape.type === "map") return;
  for (const [name, member] of Object.entries(value)) {
    const inner = memberOf(shape, name);
    if (inner !== undefined) yield* atomicPaths(inner.shape, member, `${path}.${name}`);
  }
}
