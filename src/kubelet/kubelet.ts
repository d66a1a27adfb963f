import type { Pod, Service, Taint } from "../api/generated/core-v1.ts";
import type { Clock } from "../base/clock.ts";
import { delay } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import { TaskGroup } from "../base/task-group.ts";
import type { Client } from "../client/client.ts";
import type { Informer, ObjectChange } from "../client/informer.ts";
import type { EventRecorder } from "../client/recorder.ts";
import type { ClusterDns } from "./containers/dns.ts";
import { POD_NAME, POD_NAMESPACE, POD_UID } from "./containers/labels.ts";
import type { NodePaths } from "./containers/names.ts";
import { ImagePuller } from "./images/puller.ts";
import { refusal } from "./node/admission.ts";
import type { RememberedResources } from "./pod-life/resize-state.ts";
import type { Failure } from "./pod-life/state.ts";
import { isActive, Resizes } from "./node/resizes.ts";
import { rotateLogs } from "./node/log-rotation.ts";
import { NodeLoop } from "./node/node-loop.ts";
import type { NodeFacts } from "./node/node-status.ts";
import type { PodFeed } from "./node/pod-feed.ts";
import { SHUTTING_DOWN, type ShutdownGrace, shutDownPods } from "./node/shutdown.ts";
import { StatusWriter } from "./node/status-writer.ts";
import type { Disk } from "./ports/disk.ts";
import type { Machine } from "./ports/machine.ts";
import type { ProbeNetwork } from "./ports/network.ts";
import type { ContainerRuntime, ContainerStatus, RuntimeEvent, SandboxStatus } from "./ports/runtime.ts";
import { LiveObjects } from "./pod-work/api-objects.ts";
import { DiskFiles } from "./pod-work/disk-files.ts";
import { noFiles } from "./pod-work/files.ts";
import type { NodeParts, PodReports, ReportingPod } from "./pod-work/parts.ts";
import { ProbeCounts } from "./probes/probe-counts.ts";
import { PodWorker } from "./pod-work/pod-worker.ts";
import { isStatic } from "./static-pods/annotations.ts";
import type { StaticPodSource } from "./static-pods/folder.ts";
import { StaticPods } from "./static-pods/static-pods.ts";

export interface KubeletOptions {
  readonly nodeName: string;
  /** The node's addresses, the primary one first. */
  readonly addresses: readonly string[];
  readonly podCIDRs: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  readonly client: Client;
  readonly pods: PodFeed;
  /** Undefined where the node runs the pods of the API alone. */
  readonly staticPods?: StaticPodSource;
  readonly services: Informer<Service>;
  readonly recorder: EventRecorder;
  readonly runtime: ContainerRuntime;
  /** As it stands before container ids: `containerd`. */
  readonly runtimeName: string;
  readonly network: ProbeNetwork;
  /** Undefined on a simulated node, which has neither volumes nor logs. */
  readonly disk: { readonly disk: Disk; readonly machine: Machine } | undefined;
  readonly facts: Omit<NodeFacts, "conditions" | "runtimeError" | "images" | "addresses" | "shuttingDown">;
  readonly paths: NodePaths;
  readonly dns: ClusterDns;
  readonly cgroupRoot: string;
  /** Lists the runtime again from time to time, in case an event was lost. False where none can be. */
  readonly relist: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly tasks: TaskGroup;
}

const RELIST_MS = 30_000;
const RECONNECT_MS = 300;

/** The agent of one node: runs the pods that are bound to it. Pods that ran before it started are taken up as they are. */
export class Kubelet {
  readonly #options: KubeletOptions;
  readonly #parts: NodeParts;
  readonly #writer: StatusWriter;
  readonly #nodeLoop: NodeLoop;
  /** A group of its own: many kubelets of one process would crowd one signal with listeners. */
  readonly #tasks: TaskGroup;
  readonly #resizes: Resizes;
  readonly #static: StaticPods;
  readonly #workers = new Map<string, PodWorker>();
  /** Pods that our view of the node refuses, while a newer view is fetched. */
  readonly #undecided = new Map<string, Pod>();
  /** Workers by the ids of their containers and sandboxes. */
  readonly #owners = new Map<string, PodWorker>();
  /** Pods of the runtime that the API has not told of yet, by uid. */
  #found: Map<string, FoundPod> = new Map();
  #shuttingDown = false;
  /** What pods were given before this kubelet started, by uid. */
  #given: ReadonlyMap<string, RememberedResources> = new Map();

  constructor(options: KubeletOptions) {
    this.#options = options;
    const { clock, random, log, client, runtime, nodeName, addresses, facts, paths, dns } = options;
    const tasks = new TaskGroup(options.tasks.signal);
    this.#tasks = tasks;
    this.#nodeLoop = new NodeLoop({
      ...options,
      facts: { ...facts, addresses },
      watchRuntime: options.disk !== undefined,
    });
    this.#resizes = new Resizes({ clock, node: () => this.#nodeLoop.node, pods: () => this.#active() });
    this.#writer = new StatusWriter(nodeName, { client, clock, log, tasks });
    this.#static = new StaticPods(
      options.staticPods,
      { nodeName, client, writer: this.#writer, clock, random, log },
      { begin: (pod) => this.#begin(pod), worker: (uid) => this.#workers.get(uid) },
    );
    const objects = new LiveObjects({ client, clock, random, log, tasks }, options.services);
    const allocatable = () => this.#nodeLoop.node?.status.allocatable ?? {};
    const shared = { clock, random, log, paths, hostIPs: () => addresses, allocatable, objects };
    const cgroups = { cgroupRoot: options.cgroupRoot, clusterDomain: dns.domain };
    this.#parts = {
      ...shared,
      nodeName,
      runtime,
      runtimeName: options.runtimeName,
      network: options.network,
      files:
        options.disk === undefined
          ? noFiles
          : new DiskFiles({ ...shared, ...cgroups, ...options.disk, signal: tasks.signal }),
      images: new ImagePuller(runtime, clock),
      recorder: options.recorder,
      probeCounts: new ProbeCounts(),
      tasks,
      sandbox: { paths, ...cgroups, runtimeHandlers: new Map() },
      dns,
      seccompProfiles: `${paths.root}/seccomp`,
      memoryCapacity: facts.machine.memoryBytes,
      startedAtMs: clock.now(),
    };
  }

  /** Registers the node, takes up what runs, then works until the task group ends. Resolves once the node is registered. */
  async start(): Promise<void> {
    const { pods, nodeName, relist, recorder } = this.#options;
    const tasks = this.#tasks;
    tasks.spawn((signal) => this.#followEvents(signal));
    this.#options.tasks.spawn(() => tasks.done());
    this.#found = await this.#list(tasks.signal);
    tasks.signal.addEventListener("abort", () => this.#resizes[Symbol.dispose](), { once: true });
    this.#given = await this.#parts.files.rememberedResources();
    // Before anything is asked of the API: it may be one of them.
    await this.#static.look();
    tasks.spawn((signal) => this.#static.follow(signal));
    const node = await this.#nodeLoop.register(tasks.signal);
    recorder.record(node, "Normal", "Starting", "Starting kubelet.");
    tasks.spawn((signal) => this.#nodeLoop.keepLease(signal));
    tasks.spawn((signal) => this.#nodeLoop.watch(signal));
    tasks.spawn((signal) => rotateLogs(this, signal));
    pods.subscribe(nodeName, (change) => this.#take(change));
    tasks.spawn(async (signal) => {
      await pods.synced;
      tasks.spawn((signal) => this.#static.mirrors.keep(signal));
      await this.#removeOrphans(signal);
      if (relist) await this.#relistAgainAndAgain(signal);
    });
  }

  /**
   * Ends the node's pods in order, as a machine does that shuts down: the node says so and takes no more, pods fail and are replaced
   * elsewhere. Resolves when all has been said.
   */
  async shutDown(grace: ShutdownGrace): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#tasks;
    this.#shuttingDown = true;
    await this.#nodeLoop.shutDown(signal).catch((error: unknown) => {
      this.#options.log.warn("the node could not say that it shuts down", { node: this.nodeName, error });
    });
    await shutDownPods(() => this.#active(), grace, { clock, signal });
    await this.#writer.flushed();
  }

  get nodeName(): string {
    return this.#options.nodeName;
  }

  get runtime(): ContainerRuntime {
    return this.#options.runtime;
  }

  get parts(): NodeParts {
    return this.#parts;
  }

  get disk(): Disk | undefined {
    return this.#options.disk?.disk;
  }

  get staticPods(): StaticPodSource | undefined {
    return this.#options.staticPods;
  }

  get machine(): Machine | undefined {
    return this.#options.disk?.machine;
  }

  get facts(): KubeletOptions["facts"] {
    return this.#options.facts;
  }

  /** The newest pod of that name: an older one may still be ending after its object is gone. */
  worker(namespace: string, name: string, uid?: string): PodWorker | undefined {
    let found: PodWorker | undefined;
    for (const worker of this.#workers.values()) {
      const { metadata } = worker.pod;
      if (metadata.name === name && metadata.namespace === namespace && (uid === undefined || uid === metadata.uid))
        found = worker;
    }
    return found;
  }

  workers(): Iterable<PodWorker> {
    return this.#workers.values();
  }

  #take(change: ObjectChange<Pod>): void {
    const pod = change.object;
    if (change.type === "updated" && change.old.metadata.uid !== pod.metadata.uid) {
      this.#take({ type: "deleted", object: change.old });
      this.#take({ type: "added", object: pod });
      return;
    }
    if (this.#static.mirrors.take(change)) return;
    const known = this.#workers.get(pod.metadata.uid);
    if (change.type === "deleted") {
      this.#undecided.delete(pod.metadata.uid);
      known?.observe({ type: "object-gone" });
      return;
    }
    if (this.#undecided.has(pod.metadata.uid)) this.#undecided.set(pod.metadata.uid, pod);
    else if (known !== undefined) known.observe({ type: "pod", pod });
    else this.#begin(pod);
  }

  #begin(pod: Pod): void {
    const reports: PodReports = {
      statusChanged: () => this.#statusChanged(worker),
      deleteObject: () => this.#writer.deleteObject(worker),
      owns: (id) => void this.#owners.set(id, worker),
      ended: (ended) => this.#end(worker, ended),
      asksForResources: () => this.#resizes.answer(),
      lifeChanged: (before, now) => this.#resizes.lifeChanged(before, now),
    };
    const worker: PodWorker = new PodWorker(pod, this.#parts, reports, this.#given.get(pod.metadata.uid));
    const others = this.#active().map((one) => one.pod);
    this.#workers.set(pod.metadata.uid, worker);
    const found = this.#found.get(pod.metadata.uid);
    this.#found.delete(pod.metadata.uid);
    if (found !== undefined) {
      worker.adopt(found.sandboxes, found.containers);
      // What ended since the runtime was listed, while the API could not be reached, told nobody.
      for (const { id, state } of found.containers) if (state === "running") this.#lookAt(worker, id);
      return;
    }
    const node = this.#nodeLoop.node;
    if (this.#shuttingDown) {
      this.#decide(worker, pod, SHUTTING_DOWN);
      return;
    }
    const fresh = pod.metadata.deletionTimestamp === undefined && (pod.status.phase ?? "Pending") === "Pending";
    const refused = node === undefined || !fresh ? undefined : refusal(pod, node, others);
    if (refused === undefined) this.#decide(worker, pod, undefined);
    else this.#askAgain(worker, pod);
  }

  /** A static pod without a mirror tells nobody; the mirror asks when it is there. */
  #statusChanged(worker: PodWorker): void {
    const written = isStatic(worker.pod) ? this.#static.mirrors.of(worker.pod) : worker;
    if (written !== undefined) this.#writer.statusChanged(written);
  }

  #decide(worker: PodWorker, pod: Pod, refused: Failure | undefined): void {
    if (refused === undefined) {
      worker.observe({ type: "pod", pod });
      return;
    }
    this.#parts.recorder.record(pod, "Warning", refused.reason, refused.message.replace(/^Pod was rejected: /, ""));
    worker.observe({ type: "failed", failure: refused });
  }

  /** Labels, taints and resources change at any time: the scheduler may have seen ones that are newer than ours. */
  #askAgain(worker: PodWorker, pod: Pod): void {
    const { uid } = pod.metadata;
    this.#undecided.set(uid, pod);
    this.#tasks.spawn(async (signal) => {
      const node = await this.#nodeLoop.look(signal);
      const latest = this.#undecided.get(uid);
      if (latest === undefined) return;
      this.#undecided.delete(uid);
      const others = this.#active().filter((one) => one !== worker && !this.#undecided.has(one.pod.metadata.uid));
      const admitted = others.map((one) => one.pod);
      this.#decide(worker, latest, refusal(latest, node, admitted));
    });
  }

  #end(worker: PodWorker, { pod }: ReportingPod): void {
    this.#writer.forget(worker);
    this.#workers.delete(pod.metadata.uid);
    this.#parts.probeCounts.forget(pod);
    for (const [id, owner] of this.#owners) if (owner === worker) this.#owners.delete(id);
    if (isStatic(pod)) this.#static.ended(pod);
  }

  #active(): readonly PodWorker[] {
    return [...this.#workers.values()].filter(({ life }) => isActive(life));
  }

  async #followEvents(signal: AbortSignal): Promise<void> {
    const { runtime, clock, log } = this.#options;
    while (!signal.aborted) {
      try {
        for await (const event of runtime.events({ signal })) this.#happened(event);
      } catch (error) {
        if (signal.aborted) return;
        log.warn("the runtime's events broke off, listening again", { node: this.nodeName, error });
      }
      await delay(clock, RECONNECT_MS, { signal }).catch(() => {});
      if (!signal.aborted) await this.#relist(signal).catch(() => {});
    }
  }

  #happened(event: RuntimeEvent): void {
    if (event.type !== "container-stopped" && event.type !== "container-deleted") return;
    const worker = this.#owners.get(event.containerId);
    if (worker !== undefined) this.#lookAt(worker, event.containerId);
  }

  #lookAt(worker: PodWorker, id: string): void {
    this.#tasks.spawn(async (signal) => {
      await worker.lookAt(id).catch((error: unknown) => {
        if (!signal.aborted) this.#options.log.warn("container could not be looked at", { id, error });
      });
    });
  }

  async #relistAgainAndAgain(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await delay(this.#options.clock, RELIST_MS, { signal }).catch(() => {});
      if (signal.aborted) return;
      await this.#relist(signal).catch((error: unknown) => {
        if (!signal.aborted) this.#options.log.warn("the runtime could not be listed", { node: this.nodeName, error });
      });
    }
  }

  /** Compares what the runtime has with what is known; only differences are looked at. */
  async #relist(signal: AbortSignal): Promise<void> {
    const { runtime } = this.#options;
    const [sandboxes, containers] = await Promise.all([runtime.sandboxes({ signal }), runtime.containers({ signal })]);
    const ready = new Map(sandboxes.map((sandbox) => [sandbox.id, sandbox.ready]));
    const states = new Map(containers.map((container) => [container.id, container.state]));
    for (const worker of this.#workers.values()) {
      const { life } = worker;
      for (const { id, state } of life.containers) if (states.get(id) !== state) await worker.lookAt(id);
      for (const sandbox of life.sandboxes) {
        if (ready.has(sandbox.id) && ready.get(sandbox.id) !== sandbox.ready) await worker.lookAt(sandbox.id);
      }
    }
  }

  async #list(signal: AbortSignal): Promise<Map<string, FoundPod>> {
    const { runtime } = this.#options;
    const [sandboxes, containers] = await Promise.all([runtime.sandboxes({ signal }), runtime.containers({ signal })]);
    const found = new Map<string, FoundPod>();
    for (const { id, identity } of sandboxes) {
      const pod = found.get(identity.uid) ?? {
        namespace: identity.namespace,
        name: identity.name,
        sandboxes: [],
        containers: [],
      };
      pod.sandboxes.push(await runtime.sandboxStatus(id, { signal }));
      found.set(identity.uid, pod);
    }
    for (const { id, labels } of containers) {
      const uid = labels[POD_UID];
      if (uid === undefined) continue;
      const identity = { namespace: labels[POD_NAMESPACE] ?? "", name: labels[POD_NAME] ?? "" };
      const pod = found.get(uid) ?? { ...identity, sandboxes: [], containers: [] };
      const status = await runtime.containerStatus(id, { signal });
      pod.containers.push(status.state === "exited" ? await this.#parts.files.withMessage(status) : status);
      found.set(uid, pod);
    }
    return found;
  }

  /** What the runtime has and the API does not is stopped and removed. */
  async #removeOrphans(signal: AbortSignal): Promise<void> {
    const { runtime, log } = this.#options;
    for (const [uid, { namespace, name, sandboxes, containers }] of this.#found) {
      log.info("removing a pod that the API does not know", { namespace, name, uid });
      const waits = { signal };
      await Promise.allSettled(containers.map(({ id }) => runtime.stopContainer(id, ORPHAN_GRACE_SECONDS, waits)));
      await Promise.allSettled(containers.map(({ id }) => runtime.removeContainer(id, waits)));
      for (const { id } of sandboxes) {
        await runtime.stopSandbox(id, waits).catch(() => {});
        await runtime.removeSandbox(id, waits).catch(() => {});
      }
    }
    this.#found.clear();
    await this.#parts.files
      .cleanUpOthers((uid) => this.#workers.has(uid))
      .catch((error: unknown) => {
        if (!signal.aborted) log.warn("what pods of before left on the disk could not be removed", { error });
      });
  }
}

const ORPHAN_GRACE_SECONDS = 30;

interface FoundPod {
  readonly namespace: string;
  readonly name: string;
  readonly sandboxes: SandboxStatus[];
  readonly containers: ContainerStatus[];
}
