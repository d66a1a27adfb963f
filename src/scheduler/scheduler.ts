import { Namespace } from "../api/core/v1/namespace.ts";
import { Node } from "../api/core/v1/node.ts";
import { Pod } from "../api/core/v1/pod.ts";
import type { Cause } from "../base/cause.ts";
import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import { integerBelow, type Random } from "../base/random.ts";
import type { TaskGroup } from "../base/task-group.ts";
import type { Cache } from "../client/cache.ts";
import type { Client } from "../client/client.ts";
import { nameKey } from "../client/informer.ts";
import type { EventRecorder } from "../client/recorder.ts";
import { isStatus } from "../machinery/status.ts";
import { SeenChanges } from "./causes.ts";
import { decide, type Verdict } from "./cycle.ts";
import { kinSelectors } from "./kin.ts";
import { Memory } from "./memory.ts";
import { nodeChanges, podChanges } from "./changes.ts";
import { outcomes } from "./outcomes.ts";
import type { ClusterChange, Plugin } from "./plugin.ts";
import { allPlugins } from "./plugins/all.ts";
import { type PodInfo, podInfo } from "./pod-info.ts";
import { SchedulingQueue } from "./queue.ts";
import { SchedulerState } from "./state.ts";
import { AssumedVolumes } from "./volumes/assumed.ts";
import { type Reserved, VolumeBinder, VolumeBindingError } from "./volumes/binder.ts";
import { followVolumes } from "./volumes/follow.ts";
import { toldVolumes } from "./volumes/view.ts";

export interface SchedulerParts {
  readonly client: Client;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly events: EventRecorder;
  readonly tasks: TaskGroup;
  readonly plugins?: readonly Plugin[];
  /** The `schedulerName` of the pods that it decides on. */
  readonly name?: string;
}

export interface RunningScheduler {
  readonly idle: boolean;
}

type Fits = Extract<Verdict, { type: "fits" }>;

/** So many bindings may be under way at once; decisions wait for the store beyond. */
const MOST_BINDINGS = 256;
/** After so many decisions everything else gets its turn. */
const DECISIONS_A_TURN = 8;

/** Decides for every pod without a node where it goes, one after the other, and tells the API server. */
export function runScheduler(parts: SchedulerParts): RunningScheduler {
  const run = new Run(parts);
  parts.tasks.spawn((signal) => run.loop(signal));
  return run;
}

class Run implements RunningScheduler {
  readonly #parts: SchedulerParts;
  readonly #name: string;
  readonly #plugins: readonly Plugin[];
  readonly #state: SchedulerState;
  readonly #queue: SchedulingQueue;
  readonly #volumes: VolumeBinder;
  readonly #seen = new SeenChanges();
  readonly #random: Random;
  readonly #memory = new Memory();
  #bindings = 0;
  #start = 0;
  #room: (() => void) | undefined;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
    this.#name = parts.name ?? "default-scheduler";
    this.#plugins = parts.plugins ?? allPlugins;
    const volumes = new AssumedVolumes(toldVolumes(parts.cache));
    this.#volumes = new VolumeBinder({ ...parts, volumes, exists: (pod) => this.#exists(pod) });
    this.#state = new SchedulerState(kinSelectors(parts.cache), volumes);
    this.#queue = new SchedulingQueue(parts.clock);
    this.#random = parts.random.stream("scheduler");
    this.#followNodes();
    this.#followNamespaces();
    this.#followPods();
    followVolumes(parts.cache, (change) => {
      this.#wake([change]);
      this.#volumes.recheck();
    });
  }

  get idle(): boolean {
    return this.#queue.idle && this.#bindings === 0 && this.#volumes.idle;
  }

  async loop(signal: AbortSignal): Promise<void> {
    const { cache, clock } = this.#parts;
    await cache.synced();
    for (let decisions = 1; !signal.aborted; decisions++) {
      const key = await this.#queue.take(signal);
      if (key === undefined) return;
      await this.#schedule(key, signal);
      if (decisions % DECISIONS_A_TURN === 0) await clock.turn();
      if (this.#bindings >= MOST_BINDINGS) await new Promise<void>((resolve) => (this.#room = resolve));
    }
  }

  #followNodes(): void {
    this.#parts.cache.informer(Node).subscribe((change) => {
      if (change.type === "deleted") this.#state.removeNode(change.object.metadata.name);
      else this.#state.setNode(change.object);
      const what = change.type === "updated" ? nodeChanges(change.old, change.object) : [];
      this.#wake(change.type === "added" ? ["node-added"] : what);
    });
  }

  #followNamespaces(): void {
    this.#parts.cache.informer(Namespace).subscribe((change) => {
      if (change.type === "deleted") this.#state.removeNamespace(change.object.metadata.name);
      else this.#state.setNamespace(change.object);
      if (change.type === "updated") this.#wake(["namespace-labels"]);
    });
  }

  #followPods(): void {
    this.#parts.cache.informer(Pod).subscribe((change) => {
      const { object } = change;
      const key = nameKey(object.metadata);
      const node = object.spec.nodeName ?? "";
      if (change.type === "deleted" || isOver(object)) {
        this.#queue.remove(key);
        this.#seen.forget(key);
        this.#volumes.recheck();
        const hadRoom = this.#state.withdraw(key);
        if (!hadRoom && !this.#state.isPlaced(key)) return;
        this.#state.displace(key);
        this.#wake(["pod-removed"]);
      } else if (node !== "") {
        this.#queue.remove(key);
        this.#seen.forget(key);
        this.#state.withdraw(key);
        const isNew = !this.#state.isPlaced(key);
        this.#state.place(object, node);
        this.#wake(isNew ? ["pod-added"] : change.type === "updated" ? podChanges(change.old, object) : []);
      } else if (this.#isOurs(object)) {
        this.#seen.add(Pod, object);
        this.#followNomination(key, object, change.type === "updated" ? change.old : undefined);
        // Our own note that it does not fit is no reason to try again.
        if (change.type === "updated" && podChanges(change.old, object).length === 0 && !ungated(change.old, object))
          return;
        this.#queue.add(podInfo(object));
      }
    });
  }

  /** Until the API has been told where room is made, only the state knows: a pod that never had it written loses nothing. */
  #followNomination(key: string, pod: Pod, old: Pod | undefined): void {
    const nominated = pod.status.nominatedNodeName ?? "";
    // A pod that is about to be bound says so by the same field, and counts there already.
    if (nominated !== "" && this.#state.isPlaced(key)) return;
    if (nominated !== "") this.#state.nominate(pod, nominated);
    else if ((old?.status.nominatedNodeName ?? "") !== "") this.#state.withdraw(key);
  }

  #wake(changes: readonly ClusterChange[]): void {
    for (const change of changes) this.#queue.wake(change);
  }

  #isOurs({ spec, metadata }: Pod): boolean {
    return (
      (spec.schedulerName ?? "default-scheduler") === this.#name &&
      (spec.schedulingGates?.length ?? 0) === 0 &&
      metadata.deletionTimestamp === undefined
    );
  }

  async #schedule(key: string, signal: AbortSignal): Promise<void> {
    const { cache, clock, log } = this.#parts;
    const pod = cache.get(Pod, key);
    if (pod === undefined || (pod.spec.nodeName ?? "") !== "" || !this.#isOurs(pod)) {
      this.#queue.remove(key);
      return;
    }
    const info = podInfo(pod);
    const startedAtMs = clock.now();
    if (this.#start === 0) this.#start = integerBelow(this.#random, Math.max(1, this.#state.nodes.length));
    const verdict = decide(info, this.#state, this.#plugins, this.#start, this.#random, this.#memory);
    const cause = { actor: this.#name, saw: this.#seen.of(key), startedAtMs };
    if (verdict.type === "fits") {
      this.#start = (this.#start + verdict.looked) % Math.max(1, this.#state.nodes.length);
      this.#bind(info, verdict, cause, signal);
      return;
    }
    this.#queue.park(key, this.#wakesOn(info, verdict));
    try {
      await this.#outcomes().unschedulable(info, verdict, cause, signal);
    } catch (error) {
      if (signal.aborted || isStatus(error, "NotFound", "Conflict")) return;
      log.warn("could not tell that a pod does not fit", { pod: key, error });
    }
  }

  /** The pod counts on its node from the decision on; the API server is told in the background. */
  #bind(info: PodInfo, verdict: Fits, cause: Cause, signal: AbortSignal): void {
    const { pod, key } = info;
    const node = verdict.node.node!;
    const reserved = this.#volumes.reserve(info, node);
    this.#state.place(pod, node.metadata.name);
    void this.#carryOut(pod, verdict, reserved, cause, signal).catch(async (error: unknown) => {
      // A pod that is gone is counted nowhere, and another of its name is none of this.
      if (signal.aborted || !this.#exists(pod)) return;
      this.#parts.log.info("binding failed, trying again", { pod: key, node: node.metadata.name, error });
      this.#state.displace(key);
      this.#wake(reserved === undefined ? ["pod-removed"] : ["pod-removed", "volume"]);
      if (error instanceof VolumeBindingError) await this.#tellFailure(pod, error, cause, signal);
      this.#queue.retry(key);
    });
  }

  /** Volumes may take minutes: only what is about to be written counts as a binding. */
  async #carryOut(pod: Pod, verdict: Fits, reserved: Reserved | undefined, cause: Cause, signal: AbortSignal) {
    if (reserved !== undefined) await this.#volumes.bind(pod, reserved, cause, signal);
    this.#bindings += 1;
    try {
      await this.#outcomes().bind(pod, verdict.node.node!.metadata.name, verdict, cause, signal);
    } finally {
      this.#bindings -= 1;
      this.#room?.();
    }
  }

  async #tellFailure(pod: Pod, { message }: VolumeBindingError, cause: Cause, signal: AbortSignal): Promise<void> {
    try {
      await this.#outcomes().failed(pod, message, cause, signal);
    } catch (error) {
      if (signal.aborted || isStatus(error, "NotFound", "Conflict")) return;
      this.#parts.log.warn("could not tell that a pod was not bound", { pod: nameKey(pod.metadata), error });
    }
  }

  #outcomes() {
    return outcomes({ ...this.#parts, state: this.#state, plugins: this.#plugins });
  }

  #exists({ metadata }: Pod): boolean {
    return this.#parts.cache.get(Pod, nameKey(metadata))?.metadata.uid === metadata.uid;
  }

  #wakesOn(pod: PodInfo, verdict: Extract<Verdict, { type: "unschedulable" }>): ReadonlySet<ClusterChange> {
    const refusing = this.#plugins.filter(({ name }) => verdict.plugins.has(name));
    // Without any node nobody refused: the first one that comes is the first to be tried.
    return new Set<ClusterChange>([
      "node-added",
      ...refusing.flatMap(({ wakesOn, wakesOnOwn }) => [...wakesOn, ...(wakesOnOwn?.(pod) ?? [])]),
    ]);
  }
}

function isOver({ status }: Pod): boolean {
  return status.phase === "Succeeded" || status.phase === "Failed";
}

function ungated(old: Pod, pod: Pod): boolean {
  return (old.spec.schedulingGates?.length ?? 0) > 0 && (pod.spec.schedulingGates?.length ?? 0) === 0;
}
