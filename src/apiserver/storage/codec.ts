import type { KubeObject } from "../../machinery/object.ts";
import type { ValueCodec } from "../../store/contract.ts";

/**
 * Objects as the store keeps them: JSON in the order of their fields, with the revision as metadata.resourceVersion.
 * @param frozen freezes what is stored, deeply: tests find out who edits shared objects; production trusts the types.
 */
export function objectCodec({ frozen }: { readonly frozen: boolean }): ValueCodec<KubeObject> {
  const finished = frozen ? deepFreeze : <T>(value: T) => value;
  return {
    seal(object, revision) {
      const value = finished({ ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } });
      return { value, bytes: encoder.encode(JSON.stringify(value)) };
    },
    open(bytes, revision) {
      const value = JSON.parse(decoder.decode(bytes)) as KubeObject;
      const sealed = value.metadata.resourceVersion === String(revision);
      return finished(
        sealed ? value : { ...value, metadata: { ...value.metadata, resourceVersion: String(revision) } },
      );
    },
  };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function deepFreeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const name in value) deepFreeze(value[name]);
  return Object.freeze(value);
}
