import type { Kind } from "../../api/kind.ts";
import { copyJson } from "../../machinery/decode-compile.ts";
import type { MutableJsonObject } from "../../machinery/json.ts";
import { keepMetadata, OPEN_TO_UPDATES } from "../../machinery/metadata.ts";
import type { KubeObject, ObjectMeta } from "../../machinery/object.ts";
import { metadataOf } from "./create.ts";

/** The paths that a write by this subresource, "" for the object itself, leaves as they are. */
export function resetsOf(kind: Kind, subresource: string): readonly string[] {
  const declared = kind.resets?.[subresource];
  if (declared !== undefined) return declared;
  if (subresource === "") return hasStatusSubresource(kind) ? ["status"] : [];
  return subresource === "status" ? Object.keys(kind.shape.fields).filter((name) => !BESIDE_ALL.has(name)) : [];
}

export function hasStatusSubresource({ subresources }: Kind): boolean {
  return subresources.some(({ name }) => name === "status");
}

const BESIDE_ALL: ReadonlySet<string> = new Set(["apiVersion", "kind", "metadata", "status"]);

/** Puts them back to what they were. What a kind names below the top, but for metadata, is its own to put back. */
export function keepResets(kind: Kind, subresource: string, object: MutableJsonObject, live: KubeObject): void {
  for (const path of resetsOf(kind, subresource)) {
    const [first = "", name] = path.split(".");
    if (first === "metadata") {
      keepMetadata(
        metadataOf(object),
        live.metadata,
        name === undefined ? OPEN_TO_UPDATES : [name as keyof ObjectMeta],
      );
    } else if (name === undefined) keep(object, live, first);
  }
}

/** The status subresource writes the status and, of the rest, metadata alone, whatever else is among the fields of a custom kind. */
export function keepAllButStatus(object: MutableJsonObject, live: KubeObject): void {
  for (const name of new Set([...Object.keys(object), ...Object.keys(live)])) {
    if (name !== "status" && name !== "metadata") keep(object, live, name);
  }
}

function keep(object: MutableJsonObject, live: KubeObject, name: string): void {
  const value = (live as unknown as MutableJsonObject)[name];
  if (value === undefined) delete object[name];
  // A kind's rules may drop what of the status no longer goes with the spec.
  else object[name] = name === "status" ? copyJson(value) : value;
}
