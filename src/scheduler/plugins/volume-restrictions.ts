import type { Volume } from "../../api/generated/core-v1.ts";
import type { NodeInfo } from "../node-info.ts";
import { type Plugin, refuse } from "../plugin.ts";
import { claimChanges, notFound } from "../volumes/claims.ts";

/** A claim that is for one pod has one, and some disks are attached for writing once. */
export const volumeRestrictions: Plugin = {
  name: "VolumeRestrictions",
  wakesOn: ["node-added", "pod-removed"],
  wakesOnOwn: claimChanges,
  forPod({ claims, disks }, view) {
    if (claims.length + disks.length === 0) return undefined;
    const forOnePod: string[] = [];
    for (const { key, name, isOwn } of claims) {
      if (isOwn) continue;
      const claim = view.volumes.claim(key);
      if (claim === undefined) return { refused: notFound("persistentvolumeclaim", name) };
      if (claim.spec.accessModes?.includes("ReadWriteOncePod") === true) forOnePod.push(key);
    }
    const isUsed = forOnePod.some((key) => view.claimUsers(key) > 0);
    if (disks.length === 0 && !isUsed) return undefined;
    return {
      filter(info) {
        if (disks.length > 0 && isAttached(disks, info)) return refuse(true, "node(s) had no available disk");
        return isUsed ? refuse(true, IN_USE) : undefined;
      },
    };
  },
};

const IN_USE =
  "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod";

function isAttached(disks: readonly Volume[], { pods }: NodeInfo): boolean {
  for (const other of pods.values()) {
    if (other.disks.some((present) => disks.some((disk) => conflict(disk, present)))) return true;
  }
  return false;
}

/** Whether two pods cannot have these on one node: the same disk, unless both only read it where its kind allows that. */
function conflict(a: Volume, b: Volume): boolean {
  const ebs = a.awsElasticBlockStore?.volumeID;
  return (
    isWritten(a.gcePersistentDisk, b.gcePersistentDisk, ({ pdName }) => pdName) ||
    (ebs !== undefined && ebs === b.awsElasticBlockStore?.volumeID) ||
    isWritten(a.iscsi, b.iscsi, ({ iqn }) => iqn) ||
    (isWritten(a.rbd, b.rbd, ({ pool, image }) => JSON.stringify([pool, image])) &&
      a.rbd!.monitors.some((monitor) => b.rbd!.monitors.includes(monitor)))
  );
}

interface ReadOnly {
  readonly readOnly?: boolean;
}

/** The same disk, and one of them writes. */
function isWritten<T extends ReadOnly>(a: T | undefined, b: T | undefined, nameOf: (disk: T) => string): boolean {
  if (a === undefined || b === undefined || nameOf(a) !== nameOf(b)) return false;
  return a.readOnly !== true || b.readOnly !== true;
}
