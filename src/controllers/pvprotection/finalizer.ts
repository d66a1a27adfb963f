import type { KubeObject } from "../../machinery/object.ts";

/** The object with a finalizer, or without; undefined where that is how it is. An object that is going gets none. */
export function withFinalizer<T extends KubeObject>(object: T, finalizer: string, wanted: boolean): T | undefined {
  const { finalizers = [], ...metadata } = object.metadata;
  if (finalizers.includes(finalizer) === wanted) return undefined;
  const next = wanted ? [...finalizers, finalizer] : finalizers.filter((name) => name !== finalizer);
  return { ...object, metadata: { ...metadata, ...(next.length === 0 ? {} : { finalizers: next }) } };
}
