import type { Disk } from "../ports/disk.ts";

/** Takes down a volume that is a folder below the pod's, with what is mounted on it. */
export async function removeVolume(directory: string, disk: Disk): Promise<void> {
  await disk.unmount(directory);
  await disk.removeTree(directory);
}
