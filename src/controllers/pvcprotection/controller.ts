import { PersistentVolumeClaim } from "../../api/core/v1/persistent-volume-claim.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { defineController, settled, watched } from "../../reconciler/controller.ts";
import { withFinalizer } from "../pvprotection/finalizer.ts";
import { claimsOf, uses } from "./plan.ts";

const FINALIZER = "kubernetes.io/pvc-protection";

/** Lets a deleted claim go once no pod uses it any more. */
export const claimProtection = defineController({
  name: "pvcprotection",
  user: "system:serviceaccount:kube-system:pvc-protection-controller",
  reconciles: PersistentVolumeClaim,
  watches: [watched(Pod, (pod) => claimsOf(pod).map((name) => `${pod.metadata.namespace}/${name}`))],
  async reconcile(key, { cache, client, because, signal }) {
    const claim = cache.get(PersistentVolumeClaim, key);
    if (claim === undefined) return settled;
    const isGoing = claim.metadata.deletionTimestamp !== undefined;
    if (isGoing && cache.list(Pod, claim.metadata.namespace).some((pod) => uses(pod, claim))) return settled;
    const next = withFinalizer(claim, FINALIZER, !isGoing);
    if (next === undefined) return settled;
    because(isGoing ? "no pod uses the claim" : "the claim may come to be used");
    await client.update(PersistentVolumeClaim, next, { signal });
    return settled;
  },
});
