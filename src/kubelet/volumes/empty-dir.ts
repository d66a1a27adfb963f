import { parseQuantity, quantityValue } from "../../machinery/quantity.ts";
import { giveToGroup } from "./ownership.ts";
import type { VolumeContext, VolumePlugin } from "./plugin.ts";
import { removeVolume } from "./remove.ts";

/** A folder that lives as long as the pod, on the node's disk or in memory. */
export const emptyDirVolume: VolumePlugin = {
  name: "empty-dir",
  handles: (volume) => volume.emptyDir !== undefined,
  async find(context) {
    const { medium = "" } = context.volume.emptyDir!;
    if (medium !== "" && medium !== "Memory") throw new Error(`unknown storage medium "${medium}"`);
    return async () => {
      await stand(context, medium === "Memory");
      return { hostPath: context.directory, readOnly: false };
    };
  },
  tearDown: removeVolume,
};

async function stand({ volume, directory, disk, pod }: VolumeContext, inMemory: boolean): Promise<void> {
  // What is there is in use: its modes and owners may be the containers' own work by now.
  if (inMemory ? await disk.isMountPoint(directory) : (await disk.stat(directory)) !== undefined) return;
  await disk.makeDirectory(directory, 0o777);
  if (inMemory) {
    const { sizeLimit } = volume.emptyDir!;
    await disk.mountMemory(directory, sizeLimit === undefined ? 0 : quantityValue(parseQuantity(sizeLimit)));
    await disk.setMode(directory, 0o777);
  }
  await giveToGroup(disk, directory, pod.spec.securityContext?.fsGroup);
}
