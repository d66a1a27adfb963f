import type { Disk } from "../ports/disk.ts";

const SETGID = 0o2000;
const GROUP_RW = 0o660;
const GROUP_RWX = 0o110;

/**
 * Gives a volume to the pod's `fsGroup`: every file gets the group and may be read and written by it, and folders hand the
 * group on to what is made in them. Links are not followed.
 */
export async function giveToGroup(
  disk: Disk,
  path: string,
  group: number | undefined,
  readOnly = false,
): Promise<void> {
  if (group === undefined) return;
  const facts = await disk.stat(path);
  if (facts === undefined) return;
  await disk.setOwner(path, -1, group);
  if (facts.type === "symlink") return;
  const readBits = readOnly ? 0o440 : GROUP_RW;
  const mode = facts.type === "directory" ? facts.mode | readBits | GROUP_RWX | SETGID : facts.mode | readBits;
  if (mode !== facts.mode) await disk.setMode(path, mode);
  if (facts.type !== "directory") return;
  for (const name of await disk.list(path)) await giveToGroup(disk, `${path}/${name}`, group, readOnly);
}
