import type { Kind } from "../../api/kind.ts";
import type { KindRegistry } from "../../api/registry.ts";
import { builtInKinds } from "../../api/kinds.ts";
import type { MutableJsonObject } from "../../machinery/json.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { storedKind } from "./context.ts";

/** The kind in another version that is served: an object of it may be told as one of this. */
export function otherVersion(kind: Kind, said: Pick<Kind, "apiVersion" | "kind">): Kind | undefined {
  return builtInKinds().find(
    (other) =>
      other.apiVersion === said.apiVersion && other.kind === said.kind && storedKind(other) === storedKind(kind),
  );
}

/** The same of a custom kind; undefined where only somebody else can convert. */
export function otherCustomVersion(
  registry: KindRegistry,
  kind: Kind,
  said: Pick<Kind, "apiVersion" | "kind">,
): Kind | undefined {
  if (kind.conversion !== undefined) return undefined;
  const other = registry.byKind(kind.group, said.apiVersion.slice(kind.group.length + 1), said.kind);
  return other?.apiVersion === said.apiVersion && storedKind(other) === storedKind(kind) ? other : undefined;
}

/** An object of one version as the other one shows it. */
export function converted(object: MutableJsonObject, from: Kind, to: Kind): MutableJsonObject {
  const stored = from.view?.toStored(object as unknown as KubeObject) ?? (object as unknown as KubeObject);
  return structuredClone(to.view?.fromStored(stored) ?? stored) as unknown as MutableJsonObject;
}
