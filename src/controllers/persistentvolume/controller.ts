import { PersistentVolume } from "../../api/core/v1/persistent-volume.ts";
import { PersistentVolumeClaim } from "../../api/core/v1/persistent-volume-claim.ts";
import { BIND_COMPLETED, classOf } from "../../api/core/v1/volume-binding.ts";
import { StorageClass } from "../../api/storage/v1/storage-class.ts";
import type { Client } from "../../client/client.ts";
import { type Controller, defineController, settled, watched } from "../../reconciler/controller.ts";
import { bind, setPhase, unbind } from "./bind.ts";
import { planClaim, planVolume } from "./plan.ts";

const USER = "system:serviceaccount:kube-system:persistent-volume-binder";
/** External provisioners find their claims by these. */
const PROVISIONER_ANNOTATIONS = [
  "volume.beta.kubernetes.io/storage-provisioner",
  "volume.kubernetes.io/storage-provisioner",
];

/** Gives each claim a volume that has what it asks for. One after another, as two claims may want the same volume. */
export const claimBinder: Controller<PersistentVolumeClaim> = defineController({
  name: "persistentvolume-binder",
  user: USER,
  reconciles: PersistentVolumeClaim,
  workers: 1,
  watches: [
    // A volume that appears or becomes free may be what some claim waits for.
    watched(PersistentVolume, (volume, cache) => {
      const { claimRef } = volume.spec;
      if (claimRef !== undefined) return [`${claimRef.namespace}/${claimRef.name}`];
      return cache.list(PersistentVolumeClaim).filter(isUnbound).map(keyOf);
    }),
    watched(StorageClass, ({ metadata }, cache) =>
      cache
        .list(PersistentVolumeClaim)
        .filter((claim) => isUnbound(claim) && classOf(claim) === metadata.name)
        .map(keyOf),
    ),
  ],
  async reconcile(key, { cache, client, events, because, signal }) {
    const claim = cache.get(PersistentVolumeClaim, key);
    if (claim === undefined || claim.metadata.deletionTimestamp !== undefined) return settled;
    const plan = planClaim(claim, cache.list(PersistentVolume), (name) => cache.get(StorageClass, name));
    switch (plan.do) {
      case "bind":
        because(`volume ${plan.volume.metadata.name} has what the claim asks for`);
        await bind(plan.volume, claim, { client, signal });
        return settled;
      case "lose":
        if (claim.status.phase === "Lost") return settled;
        events.record(claim, plan.event.type, plan.event.reason, plan.event.message);
        await client.setStatus(PersistentVolumeClaim, claim, { phase: "Lost" }, { signal });
        return settled;
      case "wait": {
        if (plan.event !== undefined) events.record(claim, plan.event.type, plan.event.reason, plan.event.message);
        if (plan.provisioner !== undefined) await askProvisioner(claim, plan.provisioner, client, signal);
        return settled;
      }
    }
  },
}) as Controller<PersistentVolumeClaim>;

/** Says of each volume whether it is free, bound, or has lost its claim. */
export const volumeBinder: Controller<PersistentVolume> = defineController({
  name: "persistentvolume",
  user: USER,
  reconciles: PersistentVolume,
  watches: [
    watched(PersistentVolumeClaim, (claim, cache) => {
      const { volumeName = "" } = claim.spec;
      const referring = cache
        .list(PersistentVolume)
        .filter(({ spec: { claimRef } }) => claimRef?.uid === claim.metadata.uid)
        .map(({ metadata }) => metadata.name);
      return volumeName === "" ? referring : [volumeName, ...referring];
    }),
  ],
  async reconcile(key, { cache, client, events, because, signal }) {
    const volume = cache.get(PersistentVolume, key);
    if (volume === undefined) return settled;
    const { claimRef } = volume.spec;
    const claim = claimRef && cache.get(PersistentVolumeClaim, `${claimRef.namespace}/${claimRef.name}`);
    const plan = planVolume(volume, claim);
    if (plan.do === "unbind") {
      because("its claim has another volume");
      await unbind(volume, { client, signal });
      return settled;
    }
    if (plan.event !== undefined && volume.status.phase !== plan.phase) {
      events.record(volume, plan.event.type, plan.event.reason, plan.event.message);
    }
    await setPhase(volume, plan.phase, plan.event?.message, { client, signal });
    return settled;
  },
}) as Controller<PersistentVolume>;

async function askProvisioner(
  claim: PersistentVolumeClaim,
  provisioner: string,
  client: Client,
  signal: AbortSignal,
): Promise<void> {
  const { annotations = {} } = claim.metadata;
  if (PROVISIONER_ANNOTATIONS.every((name) => annotations[name] === provisioner)) return;
  const asked = Object.fromEntries(PROVISIONER_ANNOTATIONS.map((name) => [name, provisioner]));
  const metadata = { ...claim.metadata, annotations: { ...annotations, ...asked } };
  await client.update(PersistentVolumeClaim, { ...claim, metadata }, { signal });
}

function isUnbound({ metadata }: PersistentVolumeClaim): boolean {
  return metadata.annotations?.[BIND_COMPLETED] === undefined;
}

function keyOf({ metadata }: PersistentVolumeClaim): string {
  return `${metadata.namespace}/${metadata.name}`;
}
