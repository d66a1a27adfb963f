import type { Kind } from "../../api/kind.ts";
import type { KindRegistry } from "../../api/registry.ts";
import type { Cache } from "../../client/cache.ts";
import { nameKey, type ObjectChange } from "../../client/informer.ts";
import type { KubeObject, OwnerReference } from "../../machinery/object.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { awaitsDependents, orphansDependents } from "./plan.ts";

/** An object and its kind. */
export interface GraphNode {
  readonly kind: Kind;
  readonly object: KubeObject;
}

export type FoundOwner =
  | { readonly type: "kind"; readonly kind: Kind; readonly namespace: string | undefined }
  /** No server knows the kind, at least not now. */
  | { readonly type: "unknown" }
  /** An owner in a namespace cannot own what is in none. */
  | { readonly type: "unreachable" };

/**
 * Who owns what, over all kinds. The objects themselves are the shared caches'; here are only the keys of those that have
 * owners, by the owner's uid, so that memory grows with the number of references and no more.
 */
export class OwnerGraph {
  readonly #registry: KindRegistry;
  readonly #dependents = new Map<string, Set<string>>();

  constructor(registry: KindRegistry) {
    this.#registry = registry;
  }

  /** Takes in a change; the keys of the objects that it concerns. */
  *observe(kind: Kind, change: ObjectChange<KubeObject>, cache: Cache): Iterable<string> {
    const { object } = change;
    const key = keyOfNode(kind, object);
    const old = change.type === "updated" ? change.old : undefined;
    const isOwnedAnew = old === undefined || !sameOwners(old, object);
    if (old !== undefined && isOwnedAnew) this.#forget(old, key);
    if (change.type === "deleted") {
      this.#forget(object, key);
      yield* this.#dependentKeys(object);
    } else {
      if (isOwnedAnew) this.#remember(object, key);
      if ((isOwnedAnew && hasOwners(object)) || awaitsDependents(object) || orphansDependents(object)) yield key;
      if (awaitsDependents(object) && !(old !== undefined && awaitsDependents(old))) yield* this.#dependentKeys(object);
    }
    // An owner may wait for this change: whatever referred to it before.
    for (const reference of (old ?? object).metadata.ownerReferences ?? []) {
      const owner = this.owner(reference, object, cache);
      if (owner !== undefined && owner.object.metadata.deletionTimestamp !== undefined) {
        yield keyOfNode(owner.kind, owner.object);
      }
    }
  }

  /** What an object owns. */
  dependents(owner: KubeObject, cache: Cache): readonly GraphNode[] {
    return [...this.#dependentKeys(owner)].flatMap((key) => this.node(key, cache) ?? []);
  }

  node(key: string, cache: Cache): GraphNode | undefined {
    const bar = key.indexOf("|");
    const [group = "", version = "", plural = ""] = key.slice(0, bar).split("/");
    const kind = this.#registry.byResource(group, version, plural);
    const object = kind === undefined ? undefined : cache.started(kind)?.get(key.slice(bar + 1));
    return object === undefined ? undefined : { kind: kind!, object };
  }

  /** The owner that a reference means, if the caches show it: the very one, by its uid. */
  owner(reference: OwnerReference, dependent: KubeObject, cache: Cache): GraphNode | undefined {
    const found = this.find(reference, dependent);
    if (found.type !== "kind") return undefined;
    const { name } = reference;
    const { kind, namespace } = found;
    const object = cache.started(kind)?.get(nameKey({ name, ...(namespace === undefined ? {} : { namespace }) }));
    return object?.metadata.uid === reference.uid ? { kind, object } : undefined;
  }

  /** Where the owner that a reference means would have to be. */
  find({ apiVersion, kind: name }: OwnerReference, { metadata }: KubeObject): FoundOwner {
    const [version = "", group = ""] = apiVersion.split("/").toReversed();
    const named = this.#registry.byKind(group, version, name);
    // References may name a version that is served no more.
    const kind = named ?? this.#registry.all().find((other) => other.group === group && other.kind === name);
    if (kind === undefined) return { type: "unknown" };
    if (!kind.namespaced) return { type: "kind", kind: kind.view?.of ?? kind, namespace: undefined };
    if (metadata.namespace === undefined) return { type: "unreachable" };
    return { type: "kind", kind: kind.view?.of ?? kind, namespace: metadata.namespace };
  }

  *#dependentKeys({ metadata }: KubeObject): Iterable<string> {
    yield* this.#dependents.get(metadata.uid) ?? [];
  }

  #remember({ metadata }: KubeObject, key: string): void {
    for (const { uid } of metadata.ownerReferences ?? []) {
      const keys = this.#dependents.get(uid);
      if (keys === undefined) this.#dependents.set(uid, new Set([key]));
      else keys.add(key);
    }
  }

  #forget({ metadata }: KubeObject, key: string): void {
    for (const { uid } of metadata.ownerReferences ?? []) {
      const keys = this.#dependents.get(uid);
      if (keys?.delete(key) === true && keys.size === 0) this.#dependents.delete(uid);
    }
  }
}

/** `apps/v1/replicasets|default/web`. */
function keyOfNode({ group, version, plural }: Kind, { metadata }: KubeObject): string {
  return `${group}/${version}/${plural}|${nameKey(metadata)}`;
}

/** The very same object, with the same owners: most changes leave them alone. */
function sameOwners({ metadata: left }: KubeObject, { metadata: right }: KubeObject): boolean {
  return left.uid === right.uid && sameJson(left.ownerReferences, right.ownerReferences);
}

function hasOwners({ metadata }: KubeObject): boolean {
  return (metadata.ownerReferences?.length ?? 0) > 0;
}
