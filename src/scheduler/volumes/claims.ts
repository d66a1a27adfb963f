import type { PersistentVolume, PersistentVolumeClaim, Pod } from "../../api/generated/core-v1.ts";
import { classOf, isFullyBound } from "../../api/core/v1/volume-binding.ts";
import type { ClusterChange } from "../plugin.ts";
import type { ClaimUse, PodInfo } from "../pod-info.ts";
import type { VolumeView } from "./view.ts";

/** What a pod's claims are, or why it can go nowhere yet. */
export type PodClaims =
  | {
      readonly type: "claims";
      readonly bound: readonly PersistentVolumeClaim[];
      /** Those that get their volume where the pod goes. */
      readonly delayed: readonly DelayedClaim[];
    }
  | { readonly type: "refused"; readonly why: string };

export interface DelayedClaim {
  readonly claim: PersistentVolumeClaim;
  /** All volumes of its class. */
  readonly volumes: readonly PersistentVolume[];
}

export function claimsOf({ pod, claims: uses }: PodInfo, view: VolumeView): PodClaims {
  const claims: PersistentVolumeClaim[] = [];
  for (const use of uses) {
    const claim = view.claim(use.key);
    const why = unusable(pod, use, claim);
    if (why !== undefined) return { type: "refused", why };
    claims.push(claim!);
  }
  const bound = claims.filter(isFullyBound);
  const unbound = claims.filter((claim) => !isFullyBound(claim));
  if (!unbound.every((claim) => isDelayed(claim, view))) {
    return { type: "refused", why: "pod has unbound immediate PersistentVolumeClaims" };
  }
  const all = unbound.length === 0 ? [] : view.volumes();
  const delayed = unbound.map((claim) => {
    const name = classOf(claim);
    return { claim, volumes: all.filter((volume) => classOf(volume) === name) };
  });
  return { type: "claims", bound, delayed };
}

export function notFound(resource: string, name: string): string {
  return `${resource} "${name}" not found`;
}

/** The changes of its own claims that a pod waits for. */
export function claimChanges({ claims }: PodInfo): readonly ClusterChange[] {
  return claims.map(({ key }) => `claim ${key}` as const);
}

function unusable(
  { metadata }: Pod,
  { name, isOwn }: ClaimUse,
  claim: PersistentVolumeClaim | undefined,
): string | undefined {
  if (claim === undefined) {
    return isOwn
      ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
      : notFound("persistentvolumeclaim", name);
  }
  if (claim.status.phase === "Lost") {
    return `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName ?? ""}"`;
  }
  if (claim.metadata.deletionTimestamp !== undefined) return `persistentvolumeclaim "${name}" is being deleted`;
  const owner = claim.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (!isOwn || owner?.uid === metadata.uid) return undefined;
  const { namespace } = metadata;
  return `PVC ${namespace}/${name} was not created for pod ${namespace}/${metadata.name} (pod is not owner)`;
}

/** A claim that names its volume is for others to bind, whatever its class. */
function isDelayed(claim: PersistentVolumeClaim, view: VolumeView): boolean {
  const name = classOf(claim);
  if (name === "" || (claim.spec.volumeName ?? "") !== "") return false;
  return view.storageClass(name)?.volumeBindingMode === "WaitForFirstConsumer";
}
