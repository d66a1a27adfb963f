import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { silentLog } from "../base/log.ts";
import type { ClusterOperations, UpProgress, UpRequest } from "../cli/context.ts";
import { placesOf } from "../cluster/places.ts";
import { readRunning } from "../cluster/running.ts";
import { up, upDefaults } from "../cluster/up.ts";
import { createStreamLog } from "../host/node/log.ts";
import { hasIpv6 } from "../host/node/machine/ipv6.ts";
import type { HostParts } from "../host/node/packages/find.ts";
import { ensureHostParts, MissingPartsError } from "../host/node/packages/install.ts";
import { apiAccess } from "./api-access.ts";
import { statusOf } from "./status.ts";

/** The command that runs this program, with absolute paths. */
const SELF: readonly string[] = [process.execPath, fileURLToPath(new URL("wherry.mjs", import.meta.url))];

/** Where no real node can be, so many imagined ones stand in. */
const STAND_INS = 3;

/**
 * The verbs' way to clusters on this machine. What only some verbs need is loaded when they do: the process of `wherry up` stays
 * as long as its cluster, and should hold little.
 */
export function clusterOperations(signal: AbortSignal, version: string): ClusterOperations {
  return {
    up: (request, progress) => upOn(request, progress, signal),
    agent: async (request, progress) => (await import("./join.ts")).joinOn(request, SELF, progress, signal),
    joining: async (dataDirectory) => (await import("./join.ts")).howToJoin(dataDirectory),
    detach: (dataDirectory, args, line) => detach(dataDirectory, args, line, signal),
    announce(): void {
      if (process.connected !== true) return;
      process.send!({ type: "ready" });
      process.disconnect!();
    },
    node: async (dataDirectory, request, progress) =>
      (await import("./nodes.ts")).askForNode(dataDirectory, request, progress, signal),
    async down(dataDirectory) {
      const ran = (await readRunning(dataDirectory)) !== undefined;
      const { down } = await import("../cluster/down.ts");
      await down(dataDirectory, silentLog, signal);
      return ran;
    },
    async reset(dataDirectory) {
      if (existsSync(dataDirectory) && !isCluster(dataDirectory)) {
        throw new Error(`${dataDirectory} is no data directory of a cluster: nothing was removed`);
      }
      const { reset } = await import("../cluster/down.ts");
      await reset(dataDirectory, silentLog, signal);
    },
    status: (dataDirectory) => statusOf(dataDirectory, version, signal),
    loadImages: async (dataDirectory, files) =>
      (await import("./images.ts")).loadNodeImages(dataDirectory, files, signal),
    listImages: async (dataDirectory) => (await import("./images.ts")).listNodeImages(dataDirectory, signal),
    buildImages: async (names, line) =>
      (await import("../../tools/images/build.ts")).buildImages(names, {
        progress: line,
        signal,
        cacheDirectory: imageCache(),
      }),
    backup: async (dataDirectory, file) => (await import("./backup.ts")).backUp(dataDirectory, file, signal),
    restore: async (dataDirectory, file) => (await import("./backup.ts")).restoreBackup(dataDirectory, file),
    async mergeKubeconfig(dataDirectory, into) {
      const { mergeKubeconfig } = await import("../host/node/pki/kubeconfig.ts");
      const added = readFileSync(placesOf(dataDirectory).kubeconfig, "utf8");
      mkdirSync(dirname(into), { recursive: true, mode: 0o700 });
      writeFileSync(into, existsSync(into) ? mergeKubeconfig(readFileSync(into, "utf8"), added) : added, {
        mode: 0o600,
      });
    },
    api: (dataDirectory) => apiAccess(dataDirectory, signal),
    newToken: () => ({ id: randomLetters(6), secret: randomLetters(16) }),
  };
}

const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";

function randomLetters(count: number): string {
  return Array.from({ length: count }, () => LETTERS[randomInt(LETTERS.length)]).join("");
}

async function upOn(request: UpRequest, progress: UpProgress, signal: AbortSignal) {
  const { dataDirectory } = request;
  mkdirSync(placesOf(dataDirectory).logs, { recursive: true, mode: 0o700 });
  const wanted = request.nodes ?? STAND_INS;
  const parts = request.node ? await nodeParts(progress, request.simulate ?? wanted, signal) : undefined;
  const standIns = request.node && parts === undefined ? wanted : upDefaults.simulate;
  const simulate = request.simulate ?? standIns;
  const logFile = createWriteStream(join(placesOf(dataDirectory).logs, "up.log"), { flags: "a", mode: 0o600 });
  const cluster = await up(
    {
      dataDirectory,
      port: request.port ?? upDefaults.port,
      store: request.store ?? upDefaults.store,
      ...networksWished(request, progress),
      nodeName: request.nodeName ?? upDefaults.nodeName,
      address: request.address,
      parts,
      simulate,
      nodes: request.nodes ?? upDefaults.nodes,
      nodeCidr: request.nodeCidr,
      network: request.network ?? upDefaults.network,
      loadBalancerRange: request.loadBalancerRange,
      staticPodPath: request.staticPodPath,
      nodeGraceMs: request.nodeGraceSeconds === undefined ? upDefaults.nodeGraceMs : request.nodeGraceSeconds * 1000,
      self: SELF,
      log: createStreamLog(logFile, { format: "logfmt", level: "info", now: Date.now }),
      signal,
    },
    (step, tookMs) => progress.step(step, tookMs),
  );
  const { url, kubeconfig } = cluster;
  return { url, kubeconfig, hasNode: parts !== undefined, stop: () => cluster.stop() };
}

/** The networks of Services and pods: of both IP families where that is asked for, and the machine can do it. */
function networksWished({ serviceCidr, podCidr, dualStack }: UpRequest, { note }: UpProgress) {
  const hasSix = dualStack && hasIpv6();
  if (dualStack && !hasSix) note("This machine's kernel has no IPv6: pods and Services have IPv4 alone.");
  const withSix = (wished: string, six: string) => (!hasSix || wished.includes(",") ? wished : `${wished},${six}`);
  return {
    serviceCidr: withSix(serviceCidr ?? upDefaults.serviceCidr, upDefaults.serviceCidr6),
    podCidr: withSix(podCidr ?? upDefaults.podCidr, upDefaults.podCidr6),
  };
}

/** What a node is made of; undefined, and said why, where this machine cannot be one. */
async function nodeParts({ note }: UpProgress, standIns: number, signal: AbortSignal): Promise<HostParts | undefined> {
  const instead = `${standIns} imagined nodes on the same control plane instead`;
  if (process.platform !== "linux") {
    note(`Real containers need Linux; ${instead}.`);
    return undefined;
  }
  if (process.getuid?.() !== 0) {
    note(`Real containers need root ('sudo wherry up'); ${instead}.`);
    return undefined;
  }
  try {
    return await ensureHostParts({ signal, progress: note });
  } catch (error) {
    if (!(error instanceof MissingPartsError)) throw error;
    note(`${error.message[0]!.toUpperCase()}${error.message.slice(1)}`);
    note(`Until then: ${instead}.`);
    return undefined;
  }
}

/** Runs the command as a process of its own session, and passes on what it prints until it is up. */
async function detach(
  dataDirectory: string,
  args: readonly string[],
  line: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const { logs } = placesOf(dataDirectory);
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  const output = join(logs, `${args[0]}.out`);
  writeFileSync(output, "", { mode: 0o600 });
  const target = openSync(output, "a");
  const [program, ...own] = SELF as [string, ...string[]];
  const child = spawn(program, [...own, ...args], {
    detached: true,
    stdio: ["ignore", target, target, "ipc"],
    cwd: "/",
  });
  let outcome: "ready" | "ended" | undefined;
  child.on("message", () => (outcome = "ready"));
  child.on("exit", () => (outcome ??= "ended"));
  const stop = () => child.kill("SIGTERM");
  signal.addEventListener("abort", stop, { once: true });
  let refusal: string | undefined;
  for (let shown = 0, last = false; !last;) {
    last = outcome !== undefined;
    const lines = readFileSync(output, "utf8").split("\n").slice(0, -1);
    for (const text of lines.slice(shown)) {
      // What went wrong there is what went wrong here, and is told once.
      if (text.startsWith(REFUSAL)) refusal = text.slice(REFUSAL.length);
      else line(text);
    }
    shown = lines.length;
    if (!last) await sleep(50);
  }
  signal.removeEventListener("abort", stop);
  if (outcome === "ended" && refusal === undefined) throw new Error(`it did not come up: ${output} tells more`);
  if (outcome === "ended") {
    removeTraces(output, logs, dataDirectory);
    throw new Error(refusal);
  }
  if (child.connected) child.disconnect();
  child.unref();
}

/** What was refused leaves nothing: the file, and the folders that were made for it. */
function removeTraces(output: string, ...folders: readonly string[]): void {
  rmSync(output, { force: true });
  for (const folder of folders) if (readdirSync(folder).length === 0) rmdirSync(folder);
}

/** How the command line begins what it has to say of an error. */
const REFUSAL = "wherry: ";

/** Outside of the package, which may be built anew or not be writable. */
function imageCache(): string {
  return join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "wherry", "images");
}

/** Nothing is removed but what a cluster made: every one has an authority of its own, or nodes. */
function isCluster(dataDirectory: string): boolean {
  const { pki, store, nodes } = placesOf(dataDirectory);
  return [join(pki, "ca.crt"), join(store, "store.db"), nodes].some((path) => existsSync(path));
}
