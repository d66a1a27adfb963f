import type { PersistentVolumeClaim } from "../../api/core/v1/persistent-volume-claim.ts";
import type { Pod } from "../../api/core/v1/pod.ts";

type Volume = NonNullable<Pod["spec"]["volumes"]>[number];

/** The claims that a pod's volumes come by, those that it brings along itself among them. */
export function claimsOf({ metadata, spec }: Pod): readonly string[] {
  return (spec.volumes ?? []).flatMap((volume) => {
    const name = volume.persistentVolumeClaim?.claimName ?? ownClaim(metadata.name, volume);
    return name === undefined ? [] : [name];
  });
}

/** Whether the pod holds the claim: as soon as it has a node, and until the pod itself is gone. */
export function uses(pod: Pod, claim: PersistentVolumeClaim): boolean {
  if ((pod.spec.nodeName ?? "") === "") return false;
  const { name, ownerReferences = [] } = claim.metadata;
  const isIts = ownerReferences.some(({ uid, controller }) => controller === true && uid === pod.metadata.uid);
  return (pod.spec.volumes ?? []).some((volume) => {
    if (volume.persistentVolumeClaim?.claimName === name) return true;
    // A pod that only waits to be collected may wait for this very claim.
    return isIts && !isShutDown(pod) && ownClaim(pod.metadata.name, volume) === name;
  });
}

function ownClaim(pod: string, { name, ephemeral }: Volume): string | undefined {
  return ephemeral === undefined ? undefined : `${pod}-${name}`;
}

function isShutDown({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined && metadata.deletionGracePeriodSeconds === 0;
}
