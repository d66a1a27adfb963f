import { CelMessage } from "../../../api/cel/messages.ts";
import { jsonOf } from "../../../api/cel/value.ts";
import type { MutableJsonObject } from "../../../machinery/json.ts";
import { applyJsonPatch, type JsonPatchOperation, TestFailed } from "../../../machinery/patch/json-patch.ts";
import { typeMismatches } from "./apply-configuration.ts";

/**
 * Applies the operations that an expression made (`[JSONPatch{op: "add", …}]`). Where a test among them fails, the object stays as
 * it is. @throws {Error} where they do not apply
 */
export function patchMade(object: object, made: readonly unknown[]): MutableJsonObject | undefined {
  const operations = made.map(operationOf);
  try {
    return applyJsonPatch(object, { operations, unknown: [] }) as MutableJsonObject;
  } catch (error) {
    const { cause } = error as Error;
    if (cause instanceof TestFailed) return undefined;
    throw new Error(`JSON Patch: ${cause instanceof Error ? cause.message : (error as Error).message}`, {
      cause: error,
    });
  }
}

const FIELDS = new Set(["op", "path", "from", "value"]);

function operationOf(made: unknown): JsonPatchOperation {
  const { fields } = made as CelMessage;
  for (const name of fields.keys()) if (!FIELDS.has(name)) throw new Error(`unexpected JSONPatchType field: ${name}`);
  const value = fields.get("value");
  if (value instanceof CelMessage) {
    const mismatches = typeMismatches(value, value.type);
    if (mismatches.length > 0) throw new Error(`type mismatch: ${mismatches.join("\n")}`);
  }
  return {
    op: textAt(fields, "op") ?? "",
    path: textAt(fields, "path") ?? "",
    from: textAt(fields, "from"),
    value: jsonOf(value ?? null),
  };
}

function textAt(fields: CelMessage["fields"], name: string): string | undefined {
  const value = fields.get(name);
  if (value === undefined || typeof value === "string") return value;
  throw new Error(`unexpected type ${typeof value} for JSONPatchType '${name}' field`);
}
