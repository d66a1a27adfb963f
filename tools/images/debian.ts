import { spawn } from "node:child_process";
import { mkdir, readdir } from "node:fs/promises";
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
  const files: FileEntry[] = [];
  for (const path of paths) files.push(...(await readPackage(path)));
  return files;
}

/** The library packages that the named ones need, and those that these need, but for those that match `without`. */
export async function libraryPackages(
  names: readonly string[],
  without: RegExp | undefined,
  options: DebianOptions,
): Promise<readonly string[]> {
  const apt = await aptOptions(names, options);
  const quiet = ["recommends", "suggests", "conflicts", "breaks", "replaces", "enhances"].map((kind) => `--no-${kind}`);
  const listing = await runOrThrow(["apt-cache", ...apt, "depends", "--recurse", ...quiet, ...names], options);
  return listing
    .split("\n")
    .filter((line) => /^(lib|zlib1g)[a-z0-9.+-]*$/.test(line) && !NEVER.test(line) && without?.test(line) !== true);
}

// Packages that no program loads as a library, or that stand for a choice that Debian does not make.
const NEVER =
  /perl|^libelogind|^libpam|^libsemanage|^libaudit|-common$|-bin$|-data$|^libdebian|^libnewt|^libslang|^libtextwrap/;

async function fetchPackages(names: readonly string[], options: DebianOptions): Promise<readonly string[]> {
  const directory = join(options.cacheDirectory, "debs");
  await mkdir(directory, { recursive: true });
  const find = async () => {
    const files = await readdir(directory);
    return names.map((name) => files.find((file) => file.startsWith(`${name}_`) && file.endsWith(".deb")));
  };
  const missing = (await find()).flatMap((file, index) => (file === undefined ? [names[index]!] : []));
  if (missing.length > 0) {
    options.progress(`Downloading ${missing.length} Debian packages`);
    const apt = await aptOptions(missing, options);
    // Given as a shell's first words, so that the file names need no quoting.
    await runOrThrow(["sh", "-c", 'cd "$0" && exec apt-get "$@"', directory, ...apt, "download", ...missing], options);
  }
  return (await find()).map((file, index) => {
    if (file === undefined) throw new Error(`apt-get did not bring the package ${names[index]}`);
    return join(directory, file);
  });
}

/** Where the machine has no package lists, lists of one's own are fetched, which needs no root. */
async function aptOptions(names: readonly string[], options: DebianOptions): Promise<readonly string[]> {
  const base = ["-o", "APT::Sandbox::User=root"];
  const policy = await run(["apt-cache", "policy", ...names], options);
  if (policy.exitCode === 0 && !/Candidate: \(none\)/.test(policy.stdout) && policy.stdout.includes("Candidate:"))
    return base;
  const state = join(options.cacheDirectory, "apt");
  await mkdir(join(state, "lists", "partial"), { recursive: true });
  await mkdir(join(state, "archives", "partial"), { recursive: true });
  const own = [...base, "-o", `Dir::State::lists=${state}/lists`, "-o", `Dir::Cache=${state}`];
  if (!(await readdir(join(state, "lists"))).some((name) => name.includes("_Packages"))) {
    options.progress("Fetching package lists");
    await runOrThrow(["apt-get", ...own, "update"], options);
  }
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
