import { parseJson } from "../../machinery/exact-json.ts";
import { jsonOfGo } from "../../machinery/go-json.ts";
import { withoutGivenEmpty } from "../../machinery/given-empty.ts";
import type { KubeObject, ObjectMeta } from "../../machinery/object.ts";
import type { ValueCodec } from "../../store/contract.ts";

/**
 * Objects as the store keeps them: JSON in the order of their fields, with the revision as metadata.resourceVersion.
 * @param frozen freezes what is stored, deeply: tests find out who edits shared objects; production trusts the types.
 */
export function objectCodec({ frozen }: { readonly frozen: boolean }): ValueCodec<KubeObject> {
  const finished = frozen ? deepFreeze : <T>(value: T) => value;
  return {
    seal(object, revision) {
      const value = finished(inOrder(withoutGivenEmpty(object), String(revision)));
      return { value, bytes: encoder.encode(jsonOfGo(value)) };
    },
    open(bytes, revision) {
      const value = parseJson(decoder.decode(bytes)) as unknown as KubeObject;
      const sealed = value.metadata.resourceVersion === String(revision);
      return finished(
        sealed ? value : { ...value, metadata: { ...value.metadata, resourceVersion: String(revision) } },
      );
    },
  };
}

/** An object with its fields where Kubernetes writes them: what it is, its metadata, and then the rest as it stands. */
export function inOrder(object: KubeObject, resourceVersion = object.metadata.resourceVersion): KubeObject {
  const { kind, apiVersion, metadata, ...content } = object;
  return { kind, apiVersion, metadata: metadataInOrder(metadata, resourceVersion), ...content };
}

function metadataInOrder(metadata: ObjectMeta, resourceVersion: string): ObjectMeta {
  const ordered: Record<string, unknown> = {};
  for (const name of METADATA) {
    const value = name === "resourceVersion" ? resourceVersion : metadata[name];
    if (value !== undefined) ordered[name] = value;
  }
  return ordered as unknown as ObjectMeta;
}

/** In the order of Go's struct. */
const METADATA: readonly (keyof ObjectMeta)[] = [
  "name",
  "generateName",
  "namespace",
  "selfLink",
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "labels",
  "annotations",
  "ownerReferences",
  "finalizers",
  "managedFields",
];

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const name in value) deepFreeze(value[name]);
  return Object.freeze(value);
}
