import type { Disk, FileFacts, FileType } from "../../../kubelet/ports/disk.ts";
import { DiskError } from "../../../kubelet/ports/disk.ts";

/** A file system that is only imagined: for tests of what is written, and of what a failing disk does. */
export class MemoryDisk implements Disk {
  readonly #entries = new Map<string, Entry>([["/", directory(0o755)]]);
  readonly #mounts = new Set<string>();
  readonly #listeners = new Set<(path: string) => void>();
  #made = 0;

  async makeDirectory(path: string, mode: number): Promise<void> {
    const resolved = this.#resolved(path);
    if (this.#entries.get(resolved) !== undefined) return;
    const parts = resolved.split("/").slice(1);
    for (let length = 1; length <= parts.length; length++) {
      const part = `/${parts.slice(0, length).join("/")}`;
      if (!this.#entries.has(part)) this.#entries.set(part, directory(part === resolved ? mode : 0o755));
    }
  }

  async write(path: string, bytes: Uint8Array, mode: number): Promise<void> {
    const resolved = this.#resolved(path);
    if (this.#entries.get(parentOf(resolved))?.type !== "directory") throw absent(path);
    const known = this.#entries.get(resolved);
    const identity = known?.type === "file" ? known.identity : this.#made++;
    this.#entries.set(resolved, {
      type: "file",
      mode,
      uid: known?.uid ?? 0,
      gid: known?.gid ?? 0,
      bytes: bytes.slice(),
      target: "",
      identity,
    });
    this.#changed(resolved);
  }

  /** As a program does that writes to a file it holds open. */
  append(path: string, text: string): void {
    const entry = this.#entries.get(this.#resolved(path));
    if (entry === undefined) throw absent(path);
    entry.bytes = Uint8Array.from([...entry.bytes, ...new TextEncoder().encode(text)]);
    this.#changed(path);
  }

  async read(path: string, limit: number): Promise<Uint8Array | undefined> {
    return this.#entries.get(this.#resolved(path))?.bytes.slice(0, limit);
  }

  async open(path: string) {
    const entry = this.#entries.get(this.#resolved(path));
    if (entry?.type !== "file") throw absent(path);
    return {
      identity: String(entry.identity),
      size: async () => entry.bytes.length,
      read: async (position: number, length: number) => entry.bytes.slice(position, position + length),
      [Symbol.asyncDispose]: async () => {},
    };
  }

  async list(path: string): Promise<readonly string[]> {
    const prefix = `${this.#resolved(path)}/`.replace("//", "/");
    const below = [...this.#entries.keys()].filter((one) => one.startsWith(prefix) && one !== prefix);
    return below
      .map((one) => one.slice(prefix.length))
      .filter((name) => !name.includes("/"))
      .toSorted();
  }

  async stat(path: string): Promise<FileFacts | undefined> {
    const entry = this.#entries.get(this.#parentResolved(path));
    if (entry === undefined) return undefined;
    return { type: entry.type, mode: entry.mode, uid: entry.uid, gid: entry.gid, sizeBytes: entry.bytes.length };
  }

  async symlink(target: string, path: string): Promise<void> {
    const resolved = this.#parentResolved(path);
    if (this.#entries.has(resolved)) throw new DiskError("exists", path, `EEXIST: ${path}`);
    this.#entries.set(resolved, { ...directory(0o777), type: "symlink", target });
  }

  async readLink(path: string): Promise<string | undefined> {
    const entry = this.#entries.get(this.#parentResolved(path));
    return entry?.type === "symlink" ? entry.target : undefined;
  }

  async realPath(path: string): Promise<string | undefined> {
    const resolved = this.#resolved(path);
    return this.#entries.has(resolved) ? resolved : undefined;
  }

  async rename(from: string, to: string): Promise<void> {
    const [source, target] = [this.#parentResolved(from), this.#parentResolved(to)];
    if (!this.#entries.has(source)) throw absent(from);
    const moved = this.#entries.entries().filter(([path]) => path === source || path.startsWith(`${source}/`));
    for (const [path, entry] of moved.toArray()) {
      this.#entries.delete(path);
      this.#entries.set(target + path.slice(source.length), entry);
    }
    this.#changed(source);
    this.#changed(target);
  }

  async removeTree(path: string): Promise<void> {
    const resolved = this.#parentResolved(path);
    for (const one of this.#entries.keys()) {
      if (one === resolved || one.startsWith(`${resolved}/`)) this.#entries.delete(one);
    }
    this.#changed(resolved);
  }

  async setMode(path: string, mode: number): Promise<void> {
    this.#existing(this.#resolved(path)).mode = mode;
  }

  async setOwner(path: string, uid: number, gid: number): Promise<void> {
    const entry = this.#existing(this.#parentResolved(path));
    if (uid >= 0) entry.uid = uid;
    if (gid >= 0) entry.gid = gid;
  }

  async mountMemory(path: string): Promise<void> {
    this.#mounts.add(this.#resolved(path));
  }

  async unmount(path: string): Promise<void> {
    this.#mounts.delete(this.#resolved(path));
  }

  async isMountPoint(path: string): Promise<boolean> {
    return this.#mounts.has(this.#resolved(path));
  }

  usage = async () => ({ capacityBytes: 2 ** 40, availableBytes: 2 ** 40, inodes: 2 ** 20, inodesFree: 2 ** 20 });

  async *changes(path: string, { signal }: { readonly signal: AbortSignal }): AsyncGenerator<void> {
    let changed = false;
    let wake = () => {};
    const listener = (one: string) => {
      if (one !== path && parentOf(one) !== path) return;
      changed = true;
      wake();
    };
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => wake(), { once: true });
    try {
      while (!signal.aborted) {
        if (!changed) await new Promise<void>((resolve) => (wake = resolve));
        changed = false;
        if (!signal.aborted) yield;
      }
    } finally {
      this.#listeners.delete(listener);
    }
  }

  #changed(path: string): void {
    for (const listener of this.#listeners) listener(path);
  }

  #existing(path: string): Entry {
    const entry = this.#entries.get(path);
    if (entry === undefined) throw absent(path);
    return entry;
  }

  /** With every link followed. */
  #resolved(path: string): string {
    const resolved = this.#parentResolved(path);
    const entry = this.#entries.get(resolved);
    if (entry?.type !== "symlink") return resolved;
    return this.#resolved(entry.target.startsWith("/") ? entry.target : `${parentOf(resolved)}/${entry.target}`);
  }

  /** With the links of its folders followed, and not its own. */
  #parentResolved(path: string): string {
    const parts: string[] = [];
    for (const part of path.split("/")) {
      if (part === "..") parts.pop();
      else if (part !== "" && part !== ".") parts.push(part);
    }
    const name = parts.pop();
    if (name === undefined) return "/";
    const parent = parts.length === 0 ? "" : this.#resolved(`/${parts.join("/")}`);
    return `${parent === "/" ? "" : parent}/${name}`;
  }
}

interface Entry {
  type: FileType;
  mode: number;
  uid: number;
  gid: number;
  bytes: Uint8Array;
  target: string;
  identity: number;
}

function directory(mode: number): Entry {
  return { type: "directory", mode, uid: 0, gid: 0, bytes: new Uint8Array(0), target: "", identity: -1 };
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash <= 0 ? "/" : path.slice(0, slash);
}

function absent(path: string): DiskError {
  return new DiskError("not-found", path, `ENOENT: no such file or directory '${path}'`);
}
