import { constants } from "node:fs";
import {
  chmod,
  lchown,
  lstat,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  statfs,
  symlink,
  writeFile,
} from "node:fs/promises";
import type { Stats } from "node:fs";
import type { Disk, FileFacts, FileType, OpenFile } from "../../../kubelet/ports/disk.ts";
import { DiskError } from "../../../kubelet/ports/disk.ts";
import { runOrThrow } from "../packages/run.ts";
import { fileChanges } from "./file-changes.ts";

/** The machine's own file system. Mounting needs root, and happens in this process's mount namespace. */
export const nodeDisk: Disk = {
  async makeDirectory(path, mode) {
    await told(path, async () => {
      const first = await mkdir(path, { recursive: true, mode: 0o755 });
      if (first !== undefined) await chmod(path, mode);
    });
  },
  async write(path, bytes, mode) {
    await told(path, async () => {
      await writeFile(path, bytes, { mode });
      // The mode at creation is cut by the process's umask.
      await chmod(path, mode);
    });
  },
  async read(path, limit) {
    return await orAbsent(path, async () => {
      await using file = await open(path, constants.O_RDONLY);
      const buffer = new Uint8Array(Math.min(limit, Math.max((await file.stat()).size, SMALLEST_BUFFER)));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      return buffer.subarray(0, bytesRead);
    });
  },
  open: (path) => told(path, () => openFile(path)),
  async list(path) {
    return (await orAbsent(path, () => readdir(path)))?.toSorted() ?? [];
  },
  stat: (path) => orAbsent(path, async () => factsOf(await lstat(path))),
  symlink: (target, path) => told(path, () => symlink(target, path)),
  readLink: (path) => orAbsent(path, () => readlink(path)),
  realPath: (path) => orAbsent(path, () => realpath(path)),
  rename: (from, to) => told(to, () => rename(from, to)),
  removeTree: (path) => told(path, () => rm(path, { recursive: true, force: true })),
  setMode: (path, mode) => told(path, () => chmod(path, mode)),
  setOwner: (path, uid, gid) => told(path, () => own(path, uid, gid)),
  async mountMemory(path, sizeBytes) {
    const size = sizeBytes === 0 ? [] : ["-o", `size=${sizeBytes}`];
    await told(path, () => runOrThrow(["mount", "-t", "tmpfs", ...size, "tmpfs", path]));
  },
  async unmount(path) {
    if (await nodeDisk.isMountPoint(path)) await told(path, () => runOrThrow(["umount", path]));
  },
  async isMountPoint(path) {
    const real = await nodeDisk.realPath(path);
    return real !== undefined && (await mountPoints()).has(real);
  },
  async usage(path) {
    const { blocks, bavail, bsize, files, ffree } = await told(path, () => statfs(path));
    return { capacityBytes: blocks * bsize, availableBytes: bavail * bsize, inodes: files, inodesFree: ffree };
  },
  changes: fileChanges,
};

const SMALLEST_BUFFER = 4096;

async function openFile(path: string): Promise<OpenFile> {
  const handle = await open(path, constants.O_RDONLY);
  const { dev, ino } = await handle.stat();
  return {
    identity: `${dev}:${ino}`,
    size: async () => (await handle.stat()).size,
    async read(position, length) {
      const buffer = new Uint8Array(length);
      const { bytesRead } = await handle.read(buffer, 0, length, position);
      return buffer.subarray(0, bytesRead);
    },
    [Symbol.asyncDispose]: () => handle.close(),
  };
}

async function own(path: string, uid: number, gid: number): Promise<void> {
  const present = await lstat(path);
  await lchown(path, uid < 0 ? present.uid : uid, gid < 0 ? present.gid : gid);
}

/** Every mount point of this namespace; the kernel escapes blanks in octal. */
async function mountPoints(): Promise<Set<string>> {
  const text = await readFile("/proc/self/mountinfo", "utf8");
  const points = text.split("\n").map((line) => line.split(" ")[4] ?? "");
  return new Set(
    points.map((point) =>
      point.replaceAll(/\\([0-7]{3})/g, (_all, octal: string) => String.fromCharCode(parseInt(octal, 8))),
    ),
  );
}

function factsOf(stats: Stats): FileFacts {
  return { type: typeOf(stats), mode: stats.mode & 0o7777, uid: stats.uid, gid: stats.gid, sizeBytes: stats.size };
}

function typeOf(stats: Stats): FileType {
  if (stats.isDirectory()) return "directory";
  if (stats.isSymbolicLink()) return "symlink";
  if (stats.isSocket()) return "socket";
  if (stats.isCharacterDevice()) return "character-device";
  if (stats.isBlockDevice()) return "block-device";
  return stats.isFIFO() ? "fifo" : "file";
}

async function orAbsent<T>(path: string, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EINVAL") return undefined;
    throw failure(path, error);
  }
}

async function told<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failure(path, error);
  }
}

const CODES: Readonly<Record<string, DiskError["code"]>> = {
  ENOENT: "not-found",
  EEXIST: "exists",
  ENOSPC: "no-space",
  EDQUOT: "no-space",
  EACCES: "denied",
  EPERM: "denied",
};

function failure(path: string, cause: unknown): DiskError {
  const code = CODES[(cause as NodeJS.ErrnoException).code ?? ""] ?? "unknown";
  return new DiskError(code, path, cause instanceof Error ? cause.message : String(cause), { cause });
}
