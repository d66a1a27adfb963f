import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { run, runOrThrow } from "../../src/host/node/packages/run.ts";
import { type ProgramName, PROGRAMS, type ProgramSource } from "./programs.ts";

/** The release of Kubernetes that Wherry is measured against; the `go.mod` beside pins the same. */
export const kubernetesVersion = "v1.36.3";

export interface BuildOptions {
  /** One line for people about what goes on. */
  readonly progress: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Go is missing, or a program does not build; the message says what to do. */
export class ReferenceError extends Error {}

/**
 * Builds programs of the real Kubernetes from the Go module proxy, one after another, and gives their absolute paths. What was
 * built before from the same modules is taken from the user's cache; the first build of all takes some ten minutes.
 * @throws {ReferenceError}
 */
export async function buildReference<Name extends ProgramName>(
  names: readonly Name[],
  { progress, signal = new AbortController().signal }: BuildOptions,
): Promise<Readonly<Record<Name, string>>> {
  const places = await Promise.all(names.map(async (name) => [name, await placeOf(name)] as const));
  const missing = places.filter(([, path]) => !existsSync(path));
  if (missing.length > 0) await checkGo();
  for (const [index, [name, path]] of missing.entries()) {
    const from = performance.now();
    progress(`Building ${name} of Kubernetes' own modules (${index + 1} of ${missing.length}) …`);
    await build(PROGRAMS[name], path, signal);
    progress(`Built ${name} in ${Math.round((performance.now() - from) / 1000)} s`);
  }
  return Object.fromEntries(places) as Record<Name, string>;
}

/** A file of Kubernetes' own module, which the images of its suite hold. @param path within the module */
export async function referenceFile(path: string): Promise<Buffer> {
  await checkGo();
  const cwd = join(import.meta.dirname, "kubernetes");
  await runOrThrow(["go", "mod", "download", "k8s.io/kubernetes"], { cwd });
  const folder = await runOrThrow(["go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/kubernetes"], { cwd });
  return await readFile(join(folder.trim(), path));
}

/** The folder that holds what is built of one module; its name changes with the module and with how it is built. */
export async function folderOf(module: ProgramSource["module"]): Promise<string> {
  const here = join(import.meta.dirname, module);
  const sums = await Promise.all(["go.mod", "go.sum"].map((file) => readFile(join(here, file))));
  const hash = createHash("sha256").update(LINK_FLAGS);
  for (const sum of sums) hash.update(sum);
  return join(cacheRoot(), `${module}-${hash.digest("hex").slice(0, 12)}`);
}

function cacheRoot(): string {
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "wherry", "reference");
}

async function placeOf(name: ProgramName): Promise<string> {
  return join(await folderOf(PROGRAMS[name].module), name);
}

async function checkGo(): Promise<void> {
  const found = await run(["go", "version"]).catch(() => undefined);
  if (found?.exitCode === 0) return;
  throw new ReferenceError(
    "Go is not on the PATH: the real Kubernetes is built from its Go modules. Install Go 1.26 or newer (go.dev/dl) and try again.",
  );
}

const VERSION = "k8s.io/component-base/version";
const LINK_FLAGS = [
  "-s -w",
  `-X ${VERSION}.gitVersion=${kubernetesVersion}`,
  `-X ${VERSION}.gitMajor=1`,
  `-X ${VERSION}.gitMinor=36`,
  `-X ${VERSION}.gitTreeState=clean`,
].join(" ");

/** The program appears in its place whole, whoever else builds it at the same time. */
async function build({ module, from, isTest }: ProgramSource, path: string, signal: AbortSignal): Promise<void> {
  const arriving = `${path}.${process.pid}`;
  await mkdir(join(path, ".."), { recursive: true });
  const verb = isTest === true ? ["test", "-c", "-vet=off"] : ["build"];
  const said = await go(
    [...verb, "-ldflags", LINK_FLAGS, "-o", arriving, from],
    join(import.meta.dirname, module),
    signal,
  );
  signal.throwIfAborted();
  if (said !== undefined) {
    await rm(arriving, { force: true });
    throw new ReferenceError(`${from} did not build: ${said}`);
  }
  await rename(arriving, path);
}

/** @returns what went wrong, if something did */
function go(args: readonly string[], cwd: string, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn("go", args, {
      cwd,
      signal,
      env: { ...process.env, CGO_ENABLED: "0", GOFLAGS: "-mod=readonly" },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    child.stderr.on("data", (text: Buffer) => (said = `${said}${text.toString()}`.slice(-4_000)));
    child.once("error", (error) => (signal.aborted ? resolve("called off") : reject(error)));
    child.once("close", (code) => resolve(code === 0 ? undefined : said.trim() || "go was ended from outside"));
  });
}
