import type { FieldSet } from "./field-set.ts";
import { fieldSetOf, subtractTrees } from "./field-set.ts";

/** What a write of a resource or subresource may own. Kubernetes calls its counterpart the reset fields. */
export type FieldFilter = (set: FieldSet) => FieldSet;

/** Leaves out fields and all below them. @param paths such as `status` or `metadata.finalizers` */
export function excluding(...paths: readonly string[]): FieldFilter {
  const excluded = fieldSetOf(...paths.map((path) => path.split(".").map((name) => `f:${name}`)));
  return (set) => subtractTrees(set, excluded);
}
