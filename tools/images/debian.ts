import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { extract } from "tar-stream";
import { run, runOrThrow } from "../../src/host/node/packages/run.ts";
import type { FileEntry } from "./layer.ts";

export interface DebianOptions {
  /** Absolute; packages are kept in it. */
  readonly cacheDirectory: string;
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * The files of Debian packages, fetched once by apt and never installed, so without root. The paths are those of a merged
 * `/usr`: `lib/x` is `usr/lib/x`. Needs a Debian-like machine; throws where apt-get is missing or cannot reach its mirror.
 */
export async function packageFiles(names: readonly string[], options: DebianOptions): Promise<readonly FileEntry[]> {
  const paths = await fetchPackages(names, options);
  return (await Promise.all(paths.map(readOnce))).flat();
}

const read = new Map<string, Promise<readonly FileEntry[]>>();

/** Many programs load the same libraries. */
function readOnce(path: string): Promise<readonly FileEntry[]> {
  const files = read.get(path) ?? readPackage(path);
  read.set(path, files);
  return files;
}

/** The library packages that the named ones need, and those that these need, but for those that match `without`. */
export async function libraryPackages(
  names: readonly string[],
  without: RegExp | undefined,
  options: DebianOptions,
): Promise<readonly string[]> {
  const listing = await dependencies(names, options);
  return listing
    .split("\n")
    .filter((line) => /^(lib|zlib1g)[a-z0-9.+-]*$/.test(line) && !NEVER.test(line) && without?.test(line) !== true);
}

/** As apt-cache lists them; kept beside the packages, so that both are of the same day. */
async function dependencies(names: readonly string[], options: DebianOptions): Promise<string> {
  const directory = join(options.cacheDirectory, "debs");
  const kept = join(directory, `${names.join("+")}.depends`);
  const known = await readFile(kept, "utf8").catch(() => undefined);
  if (known !== undefined) return known;
  const quiet = ["recommends", "suggests", "conflicts", "breaks", "replaces", "enhances"].map((kind) => `--no-${kind}`);
  const query = ["depends", "--recurse", ...quiet, ...names];
  const listing = await apt((settings) => ["apt-cache", ...settings, ...query], options);
  await mkdir(directory, { recursive: true });
  await writeFile(kept, listing);
  return listing;
}

// Packages that no program loads as a library, or that stand for a choice that Debian does not make.
const NEVER =
  /perl|^libelogind|^libpam|^libsemanage|^libaudit|-common$|-bin$|-data$|^libdebian|^libnewt|^libslang|^libtextwrap/;

/** The paths of packages, which are fetched if they are not there yet. One call after another: most want the same libraries. */
export function fetchPackages(names: readonly string[], options: DebianOptions): Promise<readonly string[]> {
  const fetched = lastFetch.then(() => fetchMissing(names, options));
  lastFetch = fetched.catch(() => {});
  return fetched;
}

let lastFetch: Promise<unknown> = Promise.resolve();

async function fetchMissing(names: readonly string[], options: DebianOptions): Promise<readonly string[]> {
  const directory = join(options.cacheDirectory, "debs");
  await mkdir(directory, { recursive: true });
  const find = async () => {
    const files = await readdir(directory);
    return names.map((name) => files.find((file) => file.startsWith(`${name}_`) && file.endsWith(".deb")));
  };
  const missing = (await find()).flatMap((file, index) => (file === undefined ? [names[index]!] : []));
  if (missing.length > 0) {
    options.progress(`Downloading ${missing.length} Debian packages`);
    // Moved into place when whole, for other processes that build at the same time.
    const arriving = await mkdtemp(join(directory, "arriving-"));
    // Given as a shell's first words, so that the file names need no quoting.
    const shell = ["sh", "-c", 'cd "$0" && exec apt-get "$@"', arriving];
    await apt((settings) => [...shell, ...settings, "download", ...missing], options);
    for (const file of await readdir(arriving)) await rename(join(arriving, file), join(directory, file));
    await rm(arriving, { recursive: true, force: true });
  }
  return (await find()).map((file, index) => {
    if (file === undefined) throw new Error(`apt-get did not bring the package ${names[index]}`);
    return join(directory, file);
  });
}

/**
 * Runs an apt program on the machine's package lists and, where these know too little, on lists of one's own, which needs no
 * root either.
 */
async function apt(
  command: (options: readonly string[]) => readonly string[],
  options: DebianOptions,
): Promise<string> {
  const base = ["-o", "APT::Sandbox::User=root"];
  const { exitCode, stdout } = await run(command(base), options);
  if (exitCode === 0) return stdout;
  options.signal.throwIfAborted();
  ownLists ??= fetchLists(base, options);
  return await runOrThrow(command(await ownLists), options);
}

let ownLists: Promise<readonly string[]> | undefined;

async function fetchLists(base: readonly string[], options: DebianOptions): Promise<readonly string[]> {
  const state = join(options.cacheDirectory, "apt");
  await mkdir(join(state, "lists", "partial"), { recursive: true });
  await mkdir(join(state, "archives", "partial"), { recursive: true });
  const own = [...base, "-o", `Dir::State::lists=${state}/lists`, "-o", `Dir::Cache=${state}`];
  options.progress("Fetching package lists");
  await runOrThrow(["apt-get", ...own, "update"], options);
  return own;
}

async function readPackage(path: string): Promise<readonly FileEntry[]> {
  const child = spawn("dpkg-deb", ["--fsys-tarfile", path], { stdio: ["ignore", "pipe", "inherit"] });
  const tar = extract();
  child.once("error", (error) => tar.destroy(error));
  child.stdout.pipe(tar);
  const files: FileEntry[] = [];
  for await (const entry of tar) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    const { name, mode = 0o644, uid = 0, gid = 0, type, linkname } = entry.header;
    const file = { path: mergedPath(name), mode: mode & 0o7777, uid, gid };
    if (type === "symlink") files.push({ ...file, type: "symlink", target: linkname ?? "" });
    else if (type === "link") files.push({ ...file, type: "link", target: mergedPath(linkname ?? "") });
    else if (type === "file") files.push({ ...file, type: "file", content: Buffer.concat(chunks) });
  }
  return files;
}

/** The path as it is where `/lib` and `/bin` are links into `/usr`, without slashes around it. */
export function mergedPath(name: string): string {
  const path = name.replace(/^\.?\//, "").replace(/\/$/, "");
  return /^(bin|sbin|lib|lib32|lib64|libx32)\//.test(path) ? `usr/${path}` : path;
}
