import { PersistentVolume } from "../../api/core/v1/persistent-volume.ts";
import { defineController, settled } from "../../reconciler/controller.ts";
import { withFinalizer } from "./finalizer.ts";

const FINALIZER = "kubernetes.io/pv-protection";

/** Lets a deleted volume go once no claim has it any more. */
export const volumeProtection = defineController({
  name: "pvprotection",
  user: "system:serviceaccount:kube-system:pv-protection-controller",
  reconciles: PersistentVolume,
  async reconcile(key, { cache, client, because, signal }) {
    const volume = cache.get(PersistentVolume, key);
    if (volume === undefined) return settled;
    const isGoing = volume.metadata.deletionTimestamp !== undefined;
    if (isGoing && volume.status.phase === "Bound") return settled;
    const next = withFinalizer(volume, FINALIZER, !isGoing);
    if (next === undefined) return settled;
    because(isGoing ? "no claim has the volume" : "the volume may come to be claimed");
    await client.update(PersistentVolume, next, { signal });
    return settled;
  },
});
