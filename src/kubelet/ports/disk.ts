/**
 * The node's file system, as the kubelet needs it. Paths are absolute. Calls that find nothing where something must be
 * fail with {@link DiskError}; `stat`, `readLink` and `read` of an absent path say so by undefined.
 */
export interface Disk {
  /** With its parents; an existing one is left as it is. Parents get 0755, the last folder exactly `mode`. */
  makeDirectory(path: string, mode: number): Promise<void>;
  /** The whole file at once, with exactly this mode. */
  write(path: string, bytes: Uint8Array, mode: number): Promise<void>;
  /** At most `limit` bytes from the start. */
  read(path: string, limit: number): Promise<Uint8Array | undefined>;
  open(path: string): Promise<OpenFile>;
  /** Names, sorted; an absent folder is empty. */
  list(path: string): Promise<readonly string[]>;
  stat(path: string): Promise<FileFacts | undefined>;
  symlink(target: string, path: string): Promise<void>;
  readLink(path: string): Promise<string | undefined>;
  /** With every symbolic link followed. */
  realPath(path: string): Promise<string | undefined>;
  rename(from: string, to: string): Promise<void>;
  /** Follows no links and does not cross into other mounts' contents where the platform can tell. Absent is fine. */
  removeTree(path: string): Promise<void>;
  setMode(path: string, mode: number): Promise<void>;
  /** Of the link itself, where it is one. -1 leaves a part as it is. */
  setOwner(path: string, uid: number, gid: number): Promise<void>;
  /** A file system in memory. @param sizeBytes 0 for half of the memory */
  mountMemory(path: string, sizeBytes: number): Promise<void>;
  /** Not mounted is fine. */
  unmount(path: string): Promise<void>;
  isMountPoint(path: string): Promise<boolean>;
  usage(path: string): Promise<DiskUsage>;
  /**
   * Yields whenever something in the file, or of the files of the folder, may have changed, until the signal is aborted. The
   * path may be absent.
   */
  changes(path: string, options: ChangesOptions): AsyncIterable<void>;
}

export interface ChangesOptions {
  readonly signal: AbortSignal;
  /** How often it is looked at all the same where the platform does not tell of every change. Default 1 s. */
  readonly lookEveryMs?: number;
}

export interface OpenFile extends AsyncDisposable {
  /** Tells this file from one that later has its name. */
  readonly identity: string;
  size(): Promise<number>;
  /** At most `length` bytes; fewer at the end of the file. */
  read(position: number, length: number): Promise<Uint8Array>;
}

export type FileType = "file" | "directory" | "symlink" | "socket" | "character-device" | "block-device" | "fifo";

export interface FileFacts {
  readonly type: FileType;
  /** The permission bits, with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly sizeBytes: number;
}

export interface DiskUsage {
  readonly capacityBytes: number;
  readonly availableBytes: number;
  readonly inodes: number;
  readonly inodesFree: number;
}

export class DiskError extends Error {
  readonly code: "not-found" | "exists" | "no-space" | "denied" | "unknown";
  readonly path: string;
  constructor(code: DiskError["code"], path: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.path = path;
  }
}
