import { spawn } from "node:child_process";
import { mkdir, open, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../../../base/log.ts";
import { SYSTEM_DIRECTORIES } from "../packages/find.ts";
import type { HostParts } from "../packages/find.ts";
import { containerdConfiguration, containerdPlaces, snapshotter } from "./configuration.ts";
import type { ContainerdPlaces } from "./configuration.ts";
import { connectCri } from "./cri.ts";
import type { CriRuntime } from "./cri.ts";
import { loadImages } from "./image-load.ts";
import { PAUSE_IMAGE, pauseImage } from "./pause-image.ts";
import {
  isAlive,
  lookUpProcess,
  readProcessFile,
  removeProcessFile,
  signalProcess,
  writeProcessFile,
} from "./process.ts";
import type { ProcessRecord } from "./process.ts";

export interface ContainerdOptions {
  /** Absolute; all that this containerd keeps lies in it. */
  readonly directory: string;
  readonly parts: HostParts;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** The words before its command that bring it into the node's mount namespace; see `enterMountNamespace`. */
  readonly enter: readonly string[];
}

/**
 * A running containerd of one's own. Its containers need neither it nor this process: whoever starts it again finds them.
 * Disposing ends the supervision and leaves containerd running.
 */
export interface SupervisedContainerd extends AsyncDisposable {
  readonly runtime: CriRuntime;
  readonly places: ContainerdPlaces;
  /** Such as `unix:///run/containerd.sock`. */
  readonly address: string;
  /** The number of the process at present; it changes with a restart. */
  readonly pid: number;
  /** Whether it was found running. */
  readonly adopted: boolean;
  /** Ends containerd, and not its containers. */
  stop(): Promise<void>;
}

/**
 * Starts containerd, or takes over one that still runs from before, and starts it again whenever it dies. Resolves when CRI
 * answers and the pause image is there; throws when it does not come up, with the end of its log.
 */
export async function superviseContainerd(options: ContainerdOptions): Promise<SupervisedContainerd> {
  const places = containerdPlaces(options.directory);
  for (const directory of [
    places.root,
    places.state,
    places.streams,
    places.imageMounts,
    places.cniConfiguration,
    places.registries,
  ]) {
    await mkdir(directory, { recursive: true, mode: 0o711 });
  }
  await mkdir(dirname(places.socket), { recursive: true, mode: 0o711 });
  // Left by a process that ended while commands ran; who still has them open does not need their names.
  for (const name of await readdir(places.streams)) await rm(join(places.streams, name), { force: true });
  const running = await adoptOrStart(options, places);
  const address = `unix://${places.socket}`;
  const runtime = connectCri({
    address,
    streamsDirectory: places.streams,
    imageMounts: {
      directory: places.imageMounts,
      snapshotter: await snapshotter(places.directory),
      enter: options.enter,
    },
  });
  const supervision = new AbortController();
  const supervisor = { options, places, current: running.record };
  try {
    await untilReady(runtime, running.record, places, options.signal);
    await ensurePauseImage(runtime, options.signal);
  } catch (error) {
    await runtime[Symbol.asyncDispose]();
    throw error;
  }
  const watching = keepRunning(supervisor, supervision.signal);
  const endSupervision = async () => {
    supervision.abort();
    await watching;
    await runtime[Symbol.asyncDispose]();
  };
  return {
    runtime,
    places,
    address,
    get pid() {
      return supervisor.current.pid;
    },
    adopted: running.adopted,
    async stop() {
      await endSupervision();
      await stopProcess(supervisor.current);
      await removeProcessFile(places.processFile);
    },
    [Symbol.asyncDispose]: endSupervision,
  };
}

/** Ends the containerd of a directory, whoever started it. Its containers live on. */
export async function stopContainerd(directory: string): Promise<void> {
  const { processFile } = containerdPlaces(directory);
  const record = await readProcessFile(processFile);
  if (record !== undefined) await stopProcess(record);
  await removeProcessFile(processFile);
}

interface Supervisor {
  readonly options: ContainerdOptions;
  readonly places: ContainerdPlaces;
  current: ProcessRecord;
}

const LOOK_EVERY_MS = 250;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
/** One that ran for this long is not in a loop of crashes. */
const HEALTHY_AFTER_MS = 10_000;

/** Looks by number and start time instead of waiting for a child: an adopted process is nobody's child here. */
async function keepRunning(supervisor: Supervisor, signal: AbortSignal): Promise<void> {
  let pauseMs = FIRST_PAUSE_MS;
  let startedAtMs = Date.now();
  while (!signal.aborted) {
    await sleep(LOOK_EVERY_MS, undefined, { signal, ref: false }).catch(() => {});
    if (signal.aborted || (await isAlive(supervisor.current))) continue;
    if (Date.now() - startedAtMs > HEALTHY_AFTER_MS) pauseMs = FIRST_PAUSE_MS;
    supervisor.options.log.warn("containerd has died and is started again", { pauseMs });
    await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => {});
    if (signal.aborted) return;
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    startedAtMs = Date.now();
    try {
      supervisor.current = await start(supervisor.options, supervisor.places);
    } catch (error) {
      supervisor.options.log.error("containerd cannot be started", { error });
    }
  }
}

async function adoptOrStart(
  options: ContainerdOptions,
  places: ContainerdPlaces,
): Promise<{ readonly record: ProcessRecord; readonly adopted: boolean }> {
  const configuration = await containerdConfiguration(places, options.parts);
  const before = await readProcessFile(places.processFile);
  const same = (await readFile(places.configuration, "utf8").catch(() => "")) === configuration;
  if (before !== undefined && same) {
    options.log.info("containerd still runs and is taken over", { pid: before.pid });
    return { record: before, adopted: true };
  }
  if (before !== undefined) await stopProcess(before);
  await writeFile(places.configuration, configuration);
  return { record: await start(options, places), adopted: false };
}

/** In a session of its own, so that neither the end of this process nor a key pressed in its terminal reaches it. */
async function start({ enter, parts, log }: ContainerdOptions, places: ContainerdPlaces): Promise<ProcessRecord> {
  await using file = await open(places.log, "a");
  const [program, ...args] = [...enter, parts.containerd, "--config", places.configuration];
  const child = spawn(program!, args, {
    cwd: "/",
    detached: true,
    stdio: ["ignore", file.fd, file.fd],
    env: environmentOf(parts),
  });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  child.unref();
  const record = await lookUpProcess(child.pid!);
  if (record === undefined) throw new Error(`containerd ended at once: ${await endOfLog(places)}`);
  writeProcessFile(places.processFile, record);
  log.info("containerd started", { pid: record.pid });
  return record;
}

/** Shims and plugins look for runc, iptables and mount in the PATH, which users' shells may have without `sbin`. */
function environmentOf(parts: HostParts): NodeJS.ProcessEnv {
  const directories = new Set([
    ...[parts.containerd, parts.ociRuntime.path].map(dirname),
    ...(process.env["PATH"] ?? "").split(":").filter((directory) => directory !== ""),
    ...SYSTEM_DIRECTORIES,
  ]);
  const { NOTIFY_SOCKET: _, ...environment } = process.env;
  return { ...environment, PATH: [...directories].join(":") };
}

const READY_WITHIN_MS = 30_000;

async function untilReady(
  runtime: CriRuntime,
  record: ProcessRecord,
  places: ContainerdPlaces,
  signal: AbortSignal,
): Promise<void> {
  const deadline = AbortSignal.timeout(READY_WITHIN_MS);
  const either = AbortSignal.any([signal, deadline]);
  while (true) {
    try {
      await runtime.status({ signal: either });
      return;
    } catch (cause) {
      signal.throwIfAborted();
      if (deadline.aborted || !(await isAlive(record))) {
        throw new Error(`containerd does not come up: ${await endOfLog(places)}`, { cause });
      }
      await sleep(20, undefined, { signal });
    }
  }
}

async function ensurePauseImage(runtime: CriRuntime, signal: AbortSignal): Promise<void> {
  if ((await runtime.image(PAUSE_IMAGE, { signal })) !== undefined) return;
  await loadImages(runtime.channel, inOnePiece(await pauseImage()), { signal });
}

async function* inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function endOfLog(places: ContainerdPlaces): Promise<string> {
  const text = await readFile(places.log, "utf8").catch(() => "");
  return text.trimEnd().split("\n").slice(-3).join("\n");
}

const STOP_WITHIN_MS = 10_000;

async function stopProcess(record: ProcessRecord): Promise<void> {
  await signalProcess(record, "SIGTERM");
  const deadline = Date.now() + STOP_WITHIN_MS;
  while (await isAlive(record)) {
    if (Date.now() > deadline) await signalProcess(record, "SIGKILL");
    await sleep(20);
  }
}
