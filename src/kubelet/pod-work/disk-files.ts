import type { Container, Pod, Volume } from "../../api/generated/core-v1.ts";
import type { Clock, Timer } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import { randomName } from "../../base/random.ts";
import { hostNetworkHostsFile, managedHostsFile } from "../containers/hosts-file.ts";
import { hostNameOf } from "../containers/hostname.ts";
import { remembered } from "../containers/labels.ts";
import type { NodePaths } from "../containers/names.ts";
import {
  containerDirectory,
  containersOf,
  namespaceOf,
  onHostNetwork,
  podDirectory,
  podLogDirectory,
} from "../containers/names.ts";
import { cgroupParent, cgroupsOf } from "../containers/resources.ts";
import { plainMount } from "../containers/container-config.ts";
import { lastLines } from "../logs/last-lines.ts";
import type { RememberedResources } from "../pod-life/resize-state.ts";
import type { Disk } from "../ports/disk.ts";
import type { CgroupLimits, Machine } from "../ports/machine.ts";
import type { ContainerStatus, Mount } from "../ports/runtime.ts";
import { volumeMounts } from "../volumes/mounts.ts";
import type { FoundVolume, ReadyVolume } from "../volumes/plugin.ts";
import { pluginFor } from "../volumes/plugins.ts";
import type { LiveObjects } from "./api-objects.ts";
import type { ContainerFiles, ContainerFilesRequest, PodFiles, Preparation } from "./files.ts";
import { VolumeErrors } from "./files.ts";
import { ResourceNotes } from "./resource-notes.ts";
import { VolumeFolders } from "./volume-folders.ts";

export interface DiskFilesParts {
  readonly disk: Disk;
  readonly machine: Machine;
  readonly paths: NodePaths;
  readonly cgroupRoot: string;
  readonly clusterDomain: string;
  readonly objects: LiveObjects;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly signal: AbortSignal;
  hostIPs(): readonly string[];
  allocatable(): Readonly<Record<string, string>>;
}

const LONGEST_MESSAGE = 4096;
const LONGEST_MESSAGE_FROM_LOG = 2048;
const MESSAGE_LINES = 80;
/** What is changed together is refreshed together. */
const REFRESH_DELAY_MS = 50;

/** Pods' files on a real disk. */
export class DiskFiles implements PodFiles {
  readonly #parts: DiskFilesParts;
  readonly #folders: VolumeFolders;
  readonly #notes: ResourceNotes;
  readonly #pods = new Map<string, PodOnDisk>();

  constructor(parts: DiskFilesParts) {
    this.#parts = parts;
    this.#folders = new VolumeFolders(parts.disk, parts.paths);
    this.#notes = new ResourceNotes(parts.disk, parts.paths);
  }

  async prepare(pod: Pod, limits: CgroupLimits, { signal, onFound }: Preparation): Promise<void> {
    const startedAtMs = this.#parts.clock.now();
    const uid = pod.metadata.uid;
    const known: PodOnDisk = this.#pods.get(uid) ?? {
      pod,
      volumes: new Map(),
      timer: undefined,
      refreshing: undefined,
    };
    known.pod = pod;
    this.#pods.set(uid, known);
    const find = async (volume: Volume) => ({ volume, found: await this.#find(pod, volume, signal) });
    // Whoever hears of a failure may take everything down: both have ended by then.
    const [place, volumes] = await Promise.allSettled([
      this.#makePlace(pod, limits),
      eachVolume(mountedVolumes(pod), find),
    ]);
    signal.throwIfAborted();
    if (place.status === "rejected") throw place.reason;
    if (volumes.status === "rejected") throw volumes.reason;
    onFound();
    await eachVolume(volumes.value, async ({ volume, found }) => void known.volumes.set(volume.name, await found()));
    signal.throwIfAborted();
    this.#parts.objects.follow(pod, startedAtMs, () => this.#refreshSoon(uid));
    this.#refreshLater(uid, known);
  }

  async #makePlace(pod: Pod, limits: CgroupLimits): Promise<void> {
    const { disk, paths } = this.#parts;
    const identity = { namespace: namespaceOf(pod), name: pod.metadata.name, uid: pod.metadata.uid };
    await Promise.all([
      disk.makeDirectory(podDirectory(paths, identity.uid), 0o750),
      disk.makeDirectory(podLogDirectory(paths, identity), 0o755),
      this.setLimits(pod, limits),
    ]);
  }

  async setLimits(pod: Pod, limits: CgroupLimits): Promise<void> {
    await this.#parts.machine.setCgroup(cgroupParent(this.#parts.cgroupRoot, pod), limits);
  }

  async rememberResources(pod: Pod, resources: RememberedResources): Promise<void> {
    await this.#notes.write(pod.metadata.uid, resources);
  }

  async rememberedResources(): Promise<ReadonlyMap<string, RememberedResources>> {
    return await this.#notes.all();
  }

  podChanged(pod: Pod): void {
    const known = this.#pods.get(pod.metadata.uid);
    if (known === undefined) return;
    known.pod = pod;
    this.#refreshSoon(pod.metadata.uid);
  }

  async forContainer(request: ContainerFilesRequest): Promise<ContainerFiles> {
    const { pod, container, environment, podIPs, images } = request;
    const { disk, paths } = this.#parts;
    const uid = pod.metadata.uid;
    const logs = podLogDirectory(paths, { namespace: namespaceOf(pod), name: pod.metadata.name, uid });
    const volumes = this.#pods.get(uid)?.volumes ?? new Map<string, ReadyVolume>();
    const mounts = await volumeMounts(container, volumes, environment, disk, images);
    const ownHosts = mounts.some(({ containerPath }) => containerPath === "/etc/hosts");
    const needsHosts = !ownHosts && (podIPs.length > 0 || onHostNetwork(pod));
    const [hosts, messageFile] = await Promise.all([
      needsHosts ? this.#hostsMount(pod, podIPs) : undefined,
      (container.terminationMessagePath ?? "") === "" ? "" : this.#messageFile(pod, container),
      disk.makeDirectory(`${logs}/${container.name}`, 0o755),
    ]);
    return { mounts: hosts === undefined ? mounts : [...mounts, hosts], messageFile };
  }

  /** An empty one, that the container may write its last words to. */
  async #messageFile(pod: Pod, container: Container): Promise<string> {
    const { disk, paths, random } = this.#parts;
    const directory = containerDirectory(paths, pod.metadata.uid, container.name);
    const file = `${directory}/${randomName(random, 8)}`;
    await disk.makeDirectory(directory, 0o750);
    await disk.write(file, new Uint8Array(0), 0o666);
    return file;
  }

  async restartCount(pod: Pod, container: string): Promise<number> {
    const { disk, paths } = this.#parts;
    const identity = { namespace: namespaceOf(pod), name: pod.metadata.name, uid: pod.metadata.uid };
    const names = await disk.list(`${podLogDirectory(paths, identity)}/${container}`);
    const counts = names.map((name) => Number(/^(\d+)\.log/.exec(name)?.[1] ?? -1));
    return Math.max(-1, ...counts) + 1;
  }

  async withMessage(status: ContainerStatus): Promise<ContainerStatus> {
    const { messageFile, fallBackToLogs } = remembered(status.annotations);
    const bytes = messageFile === "" ? undefined : await this.#parts.disk.read(messageFile, LONGEST_MESSAGE);
    let message = bytes === undefined ? "" : new TextDecoder().decode(bytes);
    if (message === "" && fallBackToLogs && status.exitCode !== 0) {
      message = await lastLines(this.#parts.disk, status.logPath, MESSAGE_LINES, LONGEST_MESSAGE_FROM_LOG);
    }
    if (message === "") return status;
    return { ...status, message: status.message === "" ? message : `${status.message}: ${message}` };
  }

  async removeLog(status: ContainerStatus): Promise<void> {
    const { disk } = this.#parts;
    const slash = status.logPath.lastIndexOf("/");
    if (slash < 0) return;
    const [directory, name] = [status.logPath.slice(0, slash), status.logPath.slice(slash + 1)];
    for (const one of await disk.list(directory)) {
      if (one === name || one.startsWith(`${name}.`)) await disk.removeTree(`${directory}/${one}`);
    }
  }

  async release(pod: Pod): Promise<void> {
    const { machine, cgroupRoot, objects } = this.#parts;
    const uid = pod.metadata.uid;
    objects.unfollow(uid);
    const known = this.#pods.get(uid);
    known?.timer?.[Symbol.dispose]();
    this.#pods.delete(uid);
    await known?.refreshing;
    await Promise.all([machine.removeCgroup(cgroupParent(cgroupRoot, pod)), this.#folders.tearDown(uid)]);
  }

  async cleanUp(pod: Pod): Promise<void> {
    const { disk, paths } = this.#parts;
    const identity = { namespace: namespaceOf(pod), name: pod.metadata.name, uid: pod.metadata.uid };
    await disk.removeTree(podDirectory(paths, identity.uid));
    await disk.removeTree(podLogDirectory(paths, identity));
  }

  async cleanUpOthers(isKnown: (uid: string) => boolean): Promise<void> {
    const { disk, machine, paths, cgroupRoot } = this.#parts;
    const uids = new Set([...(await disk.list(`${paths.root}/pods`)), ...(await this.#folders.inMemory())]);
    for (const uid of uids) {
      if (isKnown(uid)) continue;
      await this.#folders.tearDown(uid);
      await disk.removeTree(podDirectory(paths, uid));
      for (const path of cgroupsOf(cgroupRoot, uid)) await machine.removeCgroup(path);
    }
    for (const name of await disk.list(paths.logs)) {
      if (!isKnown(name.slice(name.lastIndexOf("_") + 1))) await disk.removeTree(`${paths.logs}/${name}`);
    }
  }

  async #find(pod: Pod, volume: Volume, signal: AbortSignal): Promise<FoundVolume> {
    const { disk, paths, objects, clock } = this.#parts;
    const plugin = pluginFor(volume);
    return await plugin.find({
      pod,
      volume,
      directory: await this.#folders.of(pod.metadata.uid, plugin, volume.name),
      paths,
      disk,
      objects,
      facts: { podIPs: [], hostIPs: this.#parts.hostIPs(), allocatable: this.#parts.allocatable() },
      nowMs: clock.now(),
      signal,
    });
  }

  async #hostsMount(pod: Pod, podIPs: readonly string[]): Promise<Mount> {
    const { disk, paths, clusterDomain } = this.#parts;
    const aliases = pod.spec.hostAliases ?? [];
    const file = `${podDirectory(paths, pod.metadata.uid)}/etc-hosts`;
    const { hostname, domain } = hostNameOf(pod, clusterDomain);
    const text = onHostNetwork(pod)
      ? hostNetworkHostsFile(new TextDecoder().decode(await disk.read("/etc/hosts", 1 << 20)), aliases)
      : managedHostsFile(podIPs, hostname, domain, aliases);
    await disk.write(file, new TextEncoder().encode(text), 0o644);
    return plainMount(file, "/etc/hosts");
  }

  #refreshSoon(uid: string): void {
    const known = this.#pods.get(uid);
    if (known === undefined) return;
    known.timer?.[Symbol.dispose]();
    known.timer = this.#parts.clock.timer(REFRESH_DELAY_MS, () => this.#refresh(uid, known));
  }

  #refreshLater(uid: string, known: PodOnDisk): void {
    const dueMs = Math.min(...[...known.volumes.values()].map(({ refreshAtMs }) => refreshAtMs ?? Infinity));
    if (dueMs === Infinity) return;
    known.timer?.[Symbol.dispose]();
    const delayMs = Math.max(RETRY_MS, dueMs - this.#parts.clock.now());
    known.timer = this.#parts.clock.timer(delayMs, () => this.#refresh(uid, known));
  }

  /** What volumes show of the API is brought up to date; a failure leaves what is there and is tried again. */
  #refresh(uid: string, known: PodOnDisk): void {
    known.refreshing = (async () => {
      for (const volume of mountedVolumes(known.pod).filter(isLive)) {
        if (this.#pods.get(uid) !== known) return;
        try {
          const found = await this.#find(known.pod, volume, this.#parts.signal);
          known.volumes.set(volume.name, await found());
        } catch (error) {
          this.#parts.log.warn("volume could not be brought up to date", {
            pod: known.pod.metadata.name,
            volume: volume.name,
            error,
          });
        }
      }
      if (this.#pods.get(uid) === known) this.#refreshLater(uid, known);
    })();
  }
}

interface PodOnDisk {
  pod: Pod;
  readonly volumes: Map<string, ReadyVolume>;
  timer: Timer | undefined;
  refreshing: Promise<void> | undefined;
}

const RETRY_MS = 10_000;

/** Does it for all of them at once. @throws VolumeErrors with what each one said that failed */
async function eachVolume<T extends Volume | { readonly volume: Volume }, R>(
  volumes: readonly T[],
  work: (volume: T) => Promise<R>,
): Promise<readonly R[]> {
  const messages: string[] = [];
  const failed = (volume: T, error: unknown) => {
    const { name } = "volume" in volume ? volume.volume : volume;
    const text = error instanceof Error ? error.message : String(error);
    messages.push(`MountVolume.SetUp failed for volume "${name}" : ${text}`);
  };
  const results = await Promise.all(volumes.map((one) => work(one).catch((error: unknown) => failed(one, error))));
  if (messages.length > 0) throw new VolumeErrors(messages);
  return results as readonly R[];
}

/** Those that some container mounts: others are never set up. */
function mountedVolumes(pod: Pod): readonly Volume[] {
  const names = new Set(containersOf(pod).flatMap(({ spec }) => (spec.volumeMounts ?? []).map(({ name }) => name)));
  return (pod.spec.volumes ?? []).filter(({ name }) => names.has(name));
}

function isLive({ configMap, secret, projected, downwardAPI }: Volume): boolean {
  return (configMap ?? secret ?? projected ?? downwardAPI) !== undefined;
}
