import type { Disk } from "../ports/disk.ts";

export interface ProjectedFile {
  readonly bytes: Uint8Array;
  readonly mode: number;
  /** The owner of the file, where only that user may read it. */
  readonly uid?: number;
}

const DATA = "..data";
const NEW_DATA = "..data_tmp";

/**
 * Writes a set of files so that a reader sees all of the old ones or all of the new ones: they stand in a folder of their
 * own, `..data` is a link to it that is replaced in one rename, and every visible name is a link through `..data`.
 * Nothing is written where nothing differs. The layout is the one that Kubernetes documents for its volumes.
 * @param stamp makes the folder's name; must differ from write to write
 * @param own sets the ownership of what was written before it becomes visible
 * @returns whether anything was written
 */
export async function writeAtomically(
  disk: Disk,
  directory: string,
  files: ReadonlyMap<string, ProjectedFile>,
  stamp: string,
  own: (directory: string) => Promise<void>,
): Promise<boolean> {
  for (const path of files.keys()) validatePath(path);
  const old = await disk.readLink(`${directory}/${DATA}`);
  const oldPaths = old === undefined ? [] : await filesBelow(disk, `${directory}/${old}`, "");
  const removed = oldPaths.filter((path) => !files.has(path));
  const changed =
    old === undefined || removed.length > 0 || (await differs(disk, `${directory}/${old}`, files, oldPaths));
  if (changed) await writeNew(disk, directory, files, stamp, own);
  await linkVisible(disk, directory, files, removed);
  if (changed && old !== undefined) await disk.removeTree(`${directory}/${old}`);
  return changed;
}

async function writeNew(
  disk: Disk,
  directory: string,
  files: ReadonlyMap<string, ProjectedFile>,
  stamp: string,
  own: (directory: string) => Promise<void>,
): Promise<void> {
  const name = `..${stamp}`;
  const target = `${directory}/${name}`;
  await disk.makeDirectory(target, 0o755);
  const folders = new Set([...files.keys()].filter((path) => path.includes("/")).map(folderOf));
  for (const folder of folders) await disk.makeDirectory(`${target}/${folder}`, 0o755);
  await Promise.all(
    [...files].map(async ([path, { bytes, mode, uid }]) => {
      await disk.write(`${target}/${path}`, bytes, mode);
      if (uid !== undefined) await disk.setOwner(`${target}/${path}`, uid, -1);
    }),
  );
  await own(target);
  await disk.removeTree(`${directory}/${NEW_DATA}`);
  await disk.symlink(name, `${directory}/${NEW_DATA}`);
  await disk.rename(`${directory}/${NEW_DATA}`, `${directory}/${DATA}`);
}

async function differs(
  disk: Disk,
  directory: string,
  files: ReadonlyMap<string, ProjectedFile>,
  oldPaths: readonly string[],
): Promise<boolean> {
  if (oldPaths.length !== files.size) return true;
  for (const [path, { bytes }] of files) {
    const present = await disk.read(`${directory}/${path}`, bytes.length + 1);
    if (present === undefined || !sameBytes(present, bytes)) return true;
  }
  return false;
}

async function linkVisible(
  disk: Disk,
  directory: string,
  files: ReadonlyMap<string, ProjectedFile>,
  removed: readonly string[],
): Promise<void> {
  const visible = new Set([...files.keys()].map(topName));
  await Promise.all(
    [...visible].map(async (name) => {
      if ((await disk.readLink(`${directory}/${name}`)) === undefined)
        await disk.symlink(`${DATA}/${name}`, `${directory}/${name}`);
    }),
  );
  for (const name of new Set(removed.map(topName))) {
    if (!visible.has(name)) await disk.removeTree(`${directory}/${name}`);
  }
}

async function filesBelow(disk: Disk, directory: string, prefix: string): Promise<string[]> {
  const paths: string[] = [];
  for (const name of await disk.list(directory)) {
    const facts = await disk.stat(`${directory}/${name}`);
    if (facts?.type === "directory")
      paths.push(...(await filesBelow(disk, `${directory}/${name}`, `${prefix}${name}/`)));
    else paths.push(prefix + name);
  }
  return paths;
}

function topName(path: string): string {
  const slash = path.indexOf("/");
  return slash < 0 ? path : path.slice(0, slash);
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

function validatePath(path: string): void {
  if (path === "") throw new Error(`invalid path: must not be empty: ""`);
  if (path.startsWith("/")) throw new Error(`invalid path: must be relative path: ${path}`);
  if (path.length > 4096) throw new Error("invalid path: must be less than or equal to 4096 characters");
  const parts = path.split("/");
  if (parts.includes("..")) throw new Error(`invalid path: must not contain '..': ${path}`);
  if (parts.some((part) => part.length > 255)) {
    throw new Error("invalid path: filenames must be less than or equal to 255 characters");
  }
  if (parts[0]!.startsWith("..")) throw new Error(`invalid path: must not start with '..': ${path}`);
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
