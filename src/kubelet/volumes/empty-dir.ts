import { parseQuantity, quantityValue } from "../../machinery/quantity.ts";
import { giveToGroup } from "./ownership.ts";
import type { VolumePlugin } from "./plugin.ts";
import { removeVolume } from "./remove.ts";

/** A folder that lives as long as the pod, on the node's disk or in memory. */
export const emptyDirVolume: VolumePlugin = {
  name: "empty-dir",
  handles: (volume) => volume.emptyDir !== undefined,
  async setUp({ volume, directory, disk, pod }) {
    const { medium = "", sizeLimit } = volume.emptyDir!;
    const group = pod.spec.securityContext?.fsGroup;
    const ready = { hostPath: directory, readOnly: false };
    // What is there is in use: its modes and owners may be the containers' own work by now.
    if (medium === "" && (await disk.stat(directory)) !== undefined) return ready;
    if (medium === "Memory" && (await disk.isMountPoint(directory))) return ready;
    await disk.makeDirectory(directory, 0o777);
    if (medium === "Memory") {
      await disk.mountMemory(directory, sizeLimit === undefined ? 0 : quantityValue(parseQuantity(sizeLimit)));
      await disk.setMode(directory, 0o777);
    } else if (medium !== "") {
      throw new Error(`unknown storage medium "${medium}"`);
    }
    await giveToGroup(disk, directory, group);
    return ready;
  },
  tearDown: removeVolume,
};
