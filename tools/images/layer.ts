import { createHash } from "node:crypto";
import { pack } from "tar-stream";

/** A file of an image; `path` without a leading slash, `mode` its permission bits. */
export type FileEntry = {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
} & (
  | { readonly type: "file"; readonly content: Buffer }
  | { readonly type: "symlink" | "link"; readonly target: string }
  | { readonly type: "directory" }
);

export interface Layer {
  readonly tar: Buffer;
  /** Of the tar as it is: layers are not compressed, because they never leave the machine. */
  readonly digest: string;
}

/** A layer with the files in order of their paths, and the same date for all: equal files give equal bytes. */
export async function buildLayer(files: readonly FileEntry[]): Promise<Layer> {
  const byPath = new Map<string, FileEntry>();
  for (const file of files) {
    for (const parent of parentsOf(file.path)) if (!byPath.has(parent)) byPath.set(parent, directory(parent));
    byPath.set(file.path, file);
  }
  const archive = pack();
  const chunks: Buffer[] = [];
  const collected = (async () => {
    for await (const chunk of archive) chunks.push(chunk as Buffer);
  })();
  // A hard link must come after the file that it is another name of.
  const inOrder = [...byPath.values()].toSorted(
    (a, b) => Number(a.type === "link") - Number(b.type === "link") || (a.path < b.path ? -1 : 1),
  );
  for (const file of inOrder) addEntry(archive, file);
  archive.finalize();
  await collected;
  const tar = Buffer.concat(chunks);
  return { tar, digest: digestOf(tar) };
}

export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

export function directory(path: string, mode = 0o755, uid = 0, gid = 0): FileEntry {
  return { type: "directory", path, mode, uid, gid };
}

export function textFile(path: string, text: string, mode = 0o644): FileEntry {
  return { type: "file", path, mode, uid: 0, gid: 0, content: Buffer.from(text) };
}

export function symlink(path: string, target: string): FileEntry {
  return { type: "symlink", path, target, mode: 0o777, uid: 0, gid: 0 };
}

function addEntry(archive: ReturnType<typeof pack>, file: FileEntry): void {
  const { path, mode, uid, gid } = file;
  const header = { name: path, mode, uid, gid, mtime: new Date(0), type: file.type };
  switch (file.type) {
    case "file":
      archive.entry({ ...header, size: file.content.length }, file.content);
      return;
    case "directory":
      archive.entry({ ...header, name: `${path}/` });
      return;
    case "symlink":
    case "link":
      archive.entry({ ...header, linkname: file.target });
      return;
  }
}

function parentsOf(path: string): readonly string[] {
  const words = path.split("/");
  return words.slice(1).map((_, index) => words.slice(0, index + 1).join("/"));
}
