import { BIND_COMPLETED, classOf, isFor, NO_PROVISIONER, SELECTED_NODE } from "../../api/core/v1/volume-binding.ts";
import { volumeFor } from "../../api/core/v1/volume-matching.ts";
import type { PersistentVolume, PersistentVolumeClaim } from "../../api/generated/core-v1.ts";
import type { StorageClass } from "../../api/generated/storage-v1.ts";

const PROVISIONED_BY = "pv.kubernetes.io/provisioned-by";

export interface VolumeEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

export type ClaimPlan =
  | { readonly do: "bind"; readonly volume: PersistentVolume }
  /** @param provisioner who is asked to make a volume */
  | { readonly do: "wait"; readonly event?: VolumeEvent; readonly provisioner?: string }
  | { readonly do: "lose"; readonly event: VolumeEvent };

/** What a claim needs next. */
export function planClaim(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  classNamed: (name: string) => StorageClass | undefined,
): ClaimPlan {
  const { volumeName = "" } = claim.spec;
  const named = volumes.find(({ metadata }) => metadata.name === volumeName);
  if (claim.metadata.annotations?.[BIND_COMPLETED] !== undefined) return planBound(claim, named);
  if (volumeName === "") return planUnbound(claim, volumes, classNamed);
  if (named === undefined) return { do: "wait" };
  return named.spec.claimRef === undefined || isFor(named, claim) ? { do: "bind", volume: named } : { do: "wait" };
}

function planBound(claim: PersistentVolumeClaim, volume: PersistentVolume | undefined): ClaimPlan {
  const lost = (reason: string, message: string): ClaimPlan => ({
    do: "lose",
    event: { type: "Warning", reason, message },
  });
  if (volume === undefined) {
    return lost("ClaimLost", "Bound claim has lost its PersistentVolume. Data on the volume is lost!");
  }
  if (volume.spec.claimRef === undefined || isFor(volume, claim)) return { do: "bind", volume };
  return lost("ClaimMisbound", "Two claims are bound to the same volume, this one is bound incorrectly");
}

function planUnbound(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  classNamed: (name: string) => StorageClass | undefined,
): ClaimPlan {
  const name = classOf(claim);
  const storage = name === "" ? undefined : classNamed(name);
  const waitsForConsumer =
    storage?.volumeBindingMode === "WaitForFirstConsumer" && claim.metadata.annotations?.[SELECTED_NODE] === undefined;
  const volume = volumeFor(claim, volumes, { onlyMeant: waitsForConsumer });
  if (volume !== undefined) return { do: "bind", volume };
  const wait = (type: VolumeEvent["type"], reason: string, message: string): ClaimPlan => ({
    do: "wait",
    event: { type, reason, message },
  });
  if (waitsForConsumer) {
    return wait("Normal", "WaitForFirstConsumer", "waiting for first consumer to be created before binding");
  }
  const nothing = "no persistent volumes available for this claim and no storage class is set";
  if (name === "") return wait("Normal", "FailedBinding", nothing);
  if (storage === undefined) {
    return wait("Warning", "ProvisioningFailed", `storageclass.storage.k8s.io "${name}" not found`);
  }
  const { provisioner } = storage;
  if (provisioner === NO_PROVISIONER) return wait("Normal", "FailedBinding", nothing);
  const message =
    `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. ` +
    "If volume creation is delayed, please verify that the provisioner is running and correctly registered.";
  return { do: "wait", provisioner, event: { type: "Normal", reason: "ExternalProvisioning", message } };
}

export type VolumePlan =
  | { readonly do: "phase"; readonly phase: PersistentVolume["status"]["phase"]; readonly event?: VolumeEvent }
  /** The claim has got another volume: this one is free again. */
  | { readonly do: "unbind" };

/** What a volume is. @param claim the one that it names, if there is one of that name */
export function planVolume(volume: PersistentVolume, claim: PersistentVolumeClaim | undefined): VolumePlan {
  const { claimRef } = volume.spec;
  if (claimRef === undefined || (claimRef.uid ?? "") === "") return { do: "phase", phase: "Available" };
  if (claim?.metadata.uid !== claimRef.uid) return released(volume);
  if (claim!.spec.volumeName === volume.metadata.name) return { do: "phase", phase: "Bound" };
  // A claim without a volume has just begun to take this one.
  if ((claim!.spec.volumeName ?? "") === "") return { do: "phase", phase: volume.status.phase };
  return { do: "unbind" };
}

/** Its claim is gone. What is to be deleted with it is the matter of who has made it. */
function released({ metadata, spec, status }: PersistentVolume): VolumePlan {
  if (status.phase === "Failed") return { do: "phase", phase: "Failed" };
  const deletes = spec.persistentVolumeReclaimPolicy === "Delete";
  if (!deletes || status.phase !== "Released" || metadata.annotations?.[PROVISIONED_BY] !== undefined || spec.csi) {
    return { do: "phase", phase: "Released" };
  }
  const message = `error getting deleter volume plugin for volume "${metadata.name}": no deletable volume plugin matched`;
  return { do: "phase", phase: "Failed", event: { type: "Warning", reason: "VolumeFailedDelete", message } };
}
