import type { PersistentVolume, Volume } from "../../api/generated/core-v1.ts";
import { namespaceOf } from "../containers/names.ts";
import { hostPathVolume } from "./host-path.ts";
import { giveToGroup } from "./ownership.ts";
import type { FoundVolume, VolumeContext, VolumePlugin } from "./plugin.ts";

/** What a claim has been given: a path of the node, as `hostPath` or `local` volume. */
export const claimVolume: VolumePlugin = {
  name: "persistent-volume-claim",
  handles: (volume) => volume.persistentVolumeClaim !== undefined,
  async find(context) {
    const { claimName, readOnly = false } = context.volume.persistentVolumeClaim!;
    const found = await findVolume(context, await boundVolume(context, claimName));
    return async () => {
      const ready = await found();
      return { ...ready, readOnly: ready.readOnly || readOnly };
    };
  },
};

/** @throws Error in Kubernetes' words, when the claim has no volume yet */
async function boundVolume({ pod, objects }: VolumeContext, claimName: string): Promise<PersistentVolume> {
  const namespace = namespaceOf(pod);
  const failed = (why: string) => new Error(`error processing PVC ${namespace}/${claimName}: ${why}`);
  const claim = await objects.claim(namespace, claimName);
  if (claim === undefined) {
    throw failed(`failed to fetch PVC from API server: persistentvolumeclaims "${claimName}" not found`);
  }
  if (claim.metadata.deletionTimestamp !== undefined) throw failed("PVC is being deleted");
  const { volumeName = "" } = claim.spec;
  if (claim.status.phase !== "Bound" || volumeName === "") throw failed("PVC is not bound");
  const volume = await objects.persistentVolume(volumeName);
  if (volume === undefined) {
    throw failed(`failed to fetch PV ${volumeName} from API server: persistentvolumes "${volumeName}" not found`);
  }
  if (volume.spec.claimRef?.uid !== claim.metadata.uid) {
    throw failed(`volume ${volumeName} is not bound to claim ${namespace}/${claimName}`);
  }
  return volume;
}

async function findVolume(context: VolumeContext, { metadata, spec }: PersistentVolume): Promise<FoundVolume> {
  if (spec.volumeMode === "Block") throw new Error(`volume ${metadata.name} is a block device, which is not supported`);
  if (spec.hostPath !== undefined) {
    const volume: Volume = { name: context.volume.name, hostPath: spec.hostPath };
    return await hostPathVolume.find({ ...context, volume });
  }
  if (spec.local !== undefined) return await findLocal(context, spec.local.path);
  throw new Error(`no volume plugin matched name: ${metadata.name}`);
}

/** A folder that somebody has prepared. Unlike a `hostPath`, it is never made, and it is given to the pod's group. */
async function findLocal({ disk, pod }: VolumeContext, path: string): Promise<FoundVolume> {
  if ((await disk.realPath(path)) === undefined) throw new Error(`path "${path}" does not exist`);
  return async () => {
    await giveToGroup(disk, path, pod.spec.securityContext?.fsGroup);
    return { hostPath: path, readOnly: false };
  };
}
