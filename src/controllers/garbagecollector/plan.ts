import type { KubeObject, OwnerReference } from "../../machinery/object.ts";

export const ORPHAN = "orphan";
export const FOREGROUND = "foregroundDeletion";

/**
 * What has become of an owner: it is there; it is not, or another has its name; or it waits, itself deleted, for those
 * that it owns.
 */
export type OwnerState = "solid" | "absent" | "waiting";

export interface JudgedOwner {
  readonly reference: OwnerReference;
  readonly state: OwnerState;
}

export type Collection =
  | { readonly type: "keep" }
  /** Only the references to owners that are still there stay. */
  | { readonly type: "release"; readonly ownerReferences: readonly OwnerReference[] }
  | {
      readonly type: "delete";
      readonly policy: "Orphan" | "Foreground" | "Background";
      /** Its own owner must not wait for it: the two wait for each other. */
      readonly unblocks: boolean;
    };

/** Decides about an object that is not being deleted. @param dependentsOf what it owns itself: asked only where that matters. */
export function planCollection(
  object: KubeObject,
  owners: readonly JudgedOwner[],
  dependentsOf: () => readonly KubeObject[],
): Collection {
  const solid = owners.filter(({ state }) => state === "solid");
  if (owners.length === 0 || solid.length === owners.length) return { type: "keep" };
  if (solid.length > 0) return { type: "release", ownerReferences: solid.map(({ reference }) => reference) };
  const dependents = owners.some(({ state }) => state === "waiting") ? dependentsOf() : [];
  if (dependents.length > 0) {
    return { type: "delete", policy: "Foreground", unblocks: dependents.some(awaitsDependents) };
  }
  const finalizers = object.metadata.finalizers ?? [];
  const policy = finalizers.includes(ORPHAN) ? "Orphan" : finalizers.includes(FOREGROUND) ? "Foreground" : "Background";
  return { type: "delete", policy, unblocks: false };
}

/** Deleted in the foreground: it goes when those have gone that it owns and that block it. */
export function awaitsDependents({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(FOREGROUND) === true;
}

/** Deleted alone: those that it owns are to be set free first. */
export function orphansDependents({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.finalizers?.includes(ORPHAN) === true;
}

/** Whether an owner that is deleted in the foreground has to wait for this object. */
export function blocks({ metadata }: KubeObject, ownerUid: string): boolean {
  return (metadata.ownerReferences ?? []).some(
    ({ uid, blockOwnerDeletion }) => uid === ownerUid && blockOwnerDeletion === true,
  );
}
