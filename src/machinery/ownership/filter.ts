import type { FieldNode, FieldSet } from "./field-set.ts";
import { fieldSetOf, subtractTrees } from "./field-set.ts";
import type { PathElement } from "./path-element.ts";

/** What a write of a resource or subresource may own. Kubernetes calls its counterpart the reset fields. */
export type FieldFilter = (set: FieldSet) => FieldSet;

/** Leaves out fields and all below them. @param paths such as `status` or `metadata.finalizers` */
export function excluding(...paths: readonly string[]): FieldFilter {
  const excluded = fieldSetOf(...paths.map((path) => path.split(".").map((name) => `f:${name}`)));
  return (set) => subtractTrees(set, excluded);
}

/** Keeps these fields only, with all above and below them. @param paths such as `spec.containers.*.resources` */
export function including(...paths: readonly string[]): FieldFilter {
  const patterns = paths.map((path) => path.split("."));
  return (set) => keepMatching(set, patterns);
}

function keepMatching(set: FieldSet, patterns: readonly (readonly string[])[]): FieldSet {
  if (patterns.some((pattern) => pattern.length === 0)) return set;
  const result = new Map<PathElement, FieldNode>();
  for (const [element, node] of set) {
    const rests = patterns
      .filter(([first]) => first === "*" || `f:${first}` === element)
      .map((pattern) => pattern.slice(1));
    if (rests.length === 0) continue;
    const below = node.below === undefined ? undefined : keepMatching(node.below, rests);
    const filled = below === undefined || below.size === 0 ? undefined : below;
    if (node.owned || filled !== undefined) result.set(element, { owned: node.owned, below: filled });
  }
  return result;
}
