import type { Kind } from "../api/kind.ts";
import type { Cache } from "../client/cache.ts";
import { type Client, mergePatch } from "../client/client.ts";
import { matches, selectorFromLabels, selectorOf } from "../machinery/labels.ts";
import type { KubeObject, LabelSelector, OwnerReference } from "../machinery/object.ts";
import { isStatus } from "../machinery/status.ts";

/** The reference that makes an owner the controller of an object. */
export function controllerReference(owner: KubeObject): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
}

/** A plain loop: it is asked of every pod of an owner at each look at them. */
export function controllerOf({ metadata: { ownerReferences } }: KubeObject): OwnerReference | undefined {
  if (ownerReferences === undefined) return undefined;
  for (const reference of ownerReferences) if (reference.controller === true) return reference;
  return undefined;
}

/**
 * Adopts the orphans of a kind that match the owner's selector, and releases what it controls that no longer does.
 * Says whether anything was written: the caller then looks again once its cache shows it.
 */
export async function claim(
  owner: KubeObject,
  selector: LabelSelector | Readonly<Record<string, string>>,
  kind: Kind,
  { cache, client, signal, finalizer }: ClaimContext,
): Promise<boolean> {
  const wanted = isLabelSelector(selector) ? selectorOf(selector) : selectorFromLabels(selector);
  let wrote = false;
  for (const object of [...cache.ownedBy(kind, owner), ...cache.orphans(kind, owner.metadata.namespace)]) {
    const controller = controllerOf(object);
    const fits = matches(wanted, object.metadata.labels ?? {});
    if (controller !== undefined ? fits : !fits || object.metadata.deletionTimestamp !== undefined) continue;
    if (owner.metadata.deletionTimestamp !== undefined) continue;
    const others = object.metadata.ownerReferences?.filter((reference) => reference.uid !== owner.metadata.uid) ?? [];
    const ownerReferences = controller === undefined ? [...others, controllerReference(owner)] : others;
    // The revision makes the patch conditional: what was seen is what is changed.
    const { uid, resourceVersion } = object.metadata;
    const held =
      finalizer === undefined ? {} : { finalizers: finalizersOf(object, finalizer, controller === undefined) };
    const metadata = { uid, resourceVersion, ownerReferences, ...held };
    try {
      await client.patch(kind, object.metadata, mergePatch({ metadata }), { signal });
    } catch (error) {
      if (!isStatus(error, "NotFound", "Conflict")) throw error;
    }
    wrote = true;
  }
  return wrote;
}

export interface ClaimContext {
  readonly cache: Cache;
  readonly client: Client;
  readonly signal: AbortSignal;
  /** On everything that the owner controls. */
  readonly finalizer: string | undefined;
}

function finalizersOf({ metadata }: KubeObject, own: string, isAdopted: boolean): readonly string[] {
  const others = (metadata.finalizers ?? []).filter((name) => name !== own);
  return isAdopted ? [...others, own] : others;
}

function isLabelSelector(selector: LabelSelector | Readonly<Record<string, string>>): selector is LabelSelector {
  return typeof selector["matchLabels"] === "object" || Array.isArray(selector["matchExpressions"]);
}
