import { allFacts } from "../../api/generated/resources.ts";
import type { Kind } from "../../api/kind.ts";
import { decodeValue } from "../../machinery/decode.ts";
import type { JsonObject, MutableJsonObject } from "../../machinery/json.ts";
import type { Shape, StructShape } from "../../machinery/shape.ts";
import type { Operation } from "../operation.ts";
import { decoded, type Refuse, reportUnknown, SCHEME } from "./decode-body.ts";

/**
 * An object without a version. What a body leaves out its path says, but of a patched object Kubernetes takes the internal
 * type, which has the members of metadata at its top and none of the others by the names that they have in JSON.
 * @throws {StatusError} for an object of another kind, and for unknown fields under strict validation
 */
export function decodeInternal(operation: Operation, document: JsonObject, refuse: Refuse): MutableJsonObject {
  const { kind } = operation;
  const { apiVersion: _, kind: named, ...members } = document;
  if (typeof named === "string" && named !== "" && named !== kind.kind)
    throw refuse(otherKind(kind.group, named, kind.kind));
  const { value, unknown } = decoded(refuse, () => decodeValue(internalShape(kind), members));
  reportUnknown(operation, unknown, refuse);
  return decodeValue(kind.shape, { apiVersion: kind.apiVersion, kind: kind.kind, metadata: value })
    .value as MutableJsonObject;
}

export function hasNoVersion({ isVersioned }: Kind, document: unknown): boolean {
  if (isVersioned === true || typeof document !== "object" || document === null || Array.isArray(document))
    return false;
  return ((document as JsonObject)["apiVersion"] ?? "") === "";
}

function internalShape({ shape }: Kind): Shape {
  const metadata = shape.fields["metadata"]!.shape as StructShape;
  const fields = Object.entries(metadata.fields).map(
    ([name, field]) => [name, { ...field, inlined: ["ObjectMeta"] }] as const,
  );
  return { type: "struct", name: shape.name, atomic: false, fields: Object.fromEntries(fields) };
}

function otherKind(group: string, named: string, own: string): string {
  const isKnown = allFacts.some((facts) => facts.group === group && (facts.kind === named || facts.listKind === named));
  if (!isKnown)
    return `no kind "${named}" is registered for the internal version of group "${group}" in scheme "${SCHEME}"`;
  const name = group === "" ? "core" : group.split(".", 1)[0]!;
  return `converting (${name}.${named}) to (${name}.${own}): unknown conversion`;
}
