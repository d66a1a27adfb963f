import type { Kind } from "../../api/kind.ts";
import { exactFieldMatch, matchesFields, parseFieldSelector } from "../../machinery/fields.ts";
import { matches, parseSelector } from "../../machinery/labels.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { badRequest } from "../../machinery/status.ts";
import type { Operation } from "../operation.ts";

/** Tells whether an object is among those that a list, a watch or a collection's deletion asks for. */
export type Selection = (object: KubeObject) => boolean;

/** Undefined where everything is asked for. @throws {StatusError} 400 for a selector that does not parse or names an unknown field. */
export function selectionOf(operation: Operation): Selection | undefined {
  const { labelSelector = "", fieldSelector = "" } = operation.options;
  const parts: Selection[] = [];
  if (labelSelector !== "") {
    const selector = parsed(() => parseSelector(labelSelector));
    parts.push((object) => matches(selector, object.metadata.labels ?? {}));
  }
  if (fieldSelector !== "") {
    const selector = parsed(() => parseFieldSelector(fieldSelector));
    for (const term of selector.terms) {
      if (fieldReader(operation.kind, term.field) === undefined) {
        throw unknownField(operation.kind, term.field);
      }
    }
    parts.push((object) => matchesFields(selector, (field) => fieldReader(operation.kind, field)!(object)));
  }
  if (operation.name !== undefined) parts.push((object) => object.metadata.name === operation.name);
  if (parts.length === 0) return undefined;
  return parts.length === 1 ? parts[0] : (object) => parts.every((part) => part(object));
}

/** Whether a list is of one object by its name: Kubernetes reads that alone, in one page. */
export function isOfOne({ kind, namespace, options }: Operation): boolean {
  const { fieldSelector = "", continue: page = "" } = options;
  if (fieldSelector === "" || page !== "" || (kind.namespaced && (namespace ?? "") === "")) return false;
  return exactFieldMatch(parseFieldSelector(fieldSelector), "metadata.name") !== undefined;
}

/** Kinds with fields of their own say no more than that they do not know this one. */
function unknownField({ fields, kind, group }: Kind, field: string): Error {
  if (kind === "Job") return badRequest(`field label "${field}" not supported for Job`);
  // ReplicaSets offer a field, and yet refuse others like the kinds that do not.
  if (fields !== undefined && group !== "apps") return badRequest(`field label not supported: ${field}`);
  return badRequest(`"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`);
}

function fieldReader(kind: Kind, field: string): ((object: KubeObject) => string) | undefined {
  if (field === "metadata.name") return (object) => object.metadata.name;
  if (field === "metadata.namespace" && kind.namespaced) return (object) => object.metadata.namespace ?? "";
  return kind.fields?.[field];
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw badRequest(cause instanceof Error ? cause.message : String(cause));
  }
}
