import type { Disk, FileType } from "../ports/disk.ts";
import type { VolumePlugin } from "./plugin.ts";

/** A path of the node, checked for being what the pod expects; it stays when the pod goes. */
export const hostPathVolume: VolumePlugin = {
  name: "host-path",
  handles: (volume) => volume.hostPath !== undefined,
  async find({ volume, disk }) {
    const { path, type = "" } = volume.hostPath!;
    await check(disk, path, type);
    return async () => ({ hostPath: path, readOnly: false });
  },
};

const EXPECTED: Readonly<Record<string, { readonly is: FileType; readonly called: string }>> = {
  Directory: { is: "directory", called: "directory" },
  DirectoryOrCreate: { is: "directory", called: "directory" },
  File: { is: "file", called: "file" },
  FileOrCreate: { is: "file", called: "file" },
  Socket: { is: "socket", called: "socket file" },
  CharDevice: { is: "character-device", called: "character device" },
  BlockDevice: { is: "block-device", called: "block device" },
};

async function check(disk: Disk, path: string, type: string): Promise<void> {
  if (type === "") return;
  const expected = EXPECTED[type];
  if (expected === undefined) throw new Error(`${type} is an invalid volume type`);
  const real = await disk.realPath(path);
  if (real === undefined && type === "DirectoryOrCreate") return await disk.makeDirectory(path, 0o755);
  if (real === undefined && type === "FileOrCreate") return await disk.write(path, new Uint8Array(0), 0o644);
  const facts = real === undefined ? undefined : await disk.stat(real);
  if (facts?.type !== expected.is) throw new Error(`hostPath type check failed: ${path} is not a ${expected.called}`);
}
