import type { Pod, PodStatus } from "../../api/generated/core-v1.ts";
import type { Cause } from "../../base/cause.ts";
import type { Clock, Timer } from "../../base/clock.ts";
import { delay } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import type { TaskGroup } from "../../base/task-group.ts";
import type { Client } from "../../client/client.ts";
import { storeKey } from "../../client/informer.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { isStatus } from "../../machinery/status.ts";
import { namespaceOf } from "../containers/names.ts";
import { PodKind } from "../kinds.ts";
import type { Observation } from "../pod-life/observation.ts";
import type { ReportingPod } from "../pod-work/parts.ts";

/** More at once only wait for the same server. */
const MOST_WRITES = 16;
const RETRY_MS = 1_000;
/** That a pod is about to begin is told after this time: most run by then, and one write tells both. */
const BEGINNING_MS = 300;
/** A container that is killed to come back is told of as it was for so long: Kubernetes says nothing in between. */
const REPLACING_MS = 2_000;

export interface WritablePod extends ReportingPod {
  observe(observation: Observation): void;
}

/**
 * Brings pods' statuses to the API: one write a pod at a time, of the newest status there is by then, and none where
 * nothing differs.
 */
export class StatusWriter {
  readonly #actor: string;
  readonly #client: Client;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #tasks: TaskGroup;
  readonly #due = new Set<WritablePod>();
  readonly #writing = new Map<WritablePod, Promise<void>>();
  readonly #sent = new WeakMap<WritablePod, PodStatus>();
  /** Pods whose passing state is not told yet: the timer, or `ripe` once it has gone off. */
  readonly #held = new Map<WritablePod, Timer | "ripe">();
  #pumping = false;

  constructor(nodeName: string, parts: { client: Client; clock: Clock; log: Log; tasks: TaskGroup }) {
    this.#actor = `kubelet/${nodeName}`;
    this.#client = parts.client;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#tasks = parts.tasks;
  }

  statusChanged(pod: WritablePod): void {
    this.#due.add(pod);
    if (this.#pumping) return;
    this.#pumping = true;
    // What happens in one turn is told in one write.
    queueMicrotask(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  /** Resolves once all that was to be told has been told. */
  async flushed(): Promise<void> {
    const { signal } = this.#tasks;
    while (!signal.aborted && (this.#due.size > 0 || this.#writing.size > 0)) {
      const [first] = this.#writing.values();
      await (first ?? this.#clock.turn());
    }
  }

  forget(pod: WritablePod): void {
    this.#due.delete(pod);
    this.#release(pod);
  }

  /** Ends a pod in the API: its last status first, then the object. @throws StatusError */
  async deleteObject(pod: WritablePod): Promise<void> {
    while (this.#due.has(pod) || this.#writing.has(pod)) {
      await (this.#writing.get(pod) ?? this.#clock.turn());
      this.#tasks.signal.throwIfAborted();
    }
    const { name, uid } = pod.pod.metadata;
    const cause = this.#cause(pod, "nothing of the pod is left on the node");
    try {
      await this.#client.delete(
        PodKind,
        { namespace: namespaceOf(pod.pod), name },
        { signal: this.#tasks.signal, gracePeriodSeconds: 0, uid, cause },
      );
    } catch (error) {
      if (isStatus(error, "NotFound")) return;
      // Another pod of that name, or a mere conflict with some other write: only the first means that this one is gone.
      if (!isStatus(error, "Conflict") || !(await this.#isReplaced(pod))) throw error;
    }
  }

  async #isReplaced({ pod }: WritablePod): Promise<boolean> {
    const name = { namespace: namespaceOf(pod), name: pod.metadata.name };
    try {
      const present = await this.#client.get(PodKind, name, { signal: this.#tasks.signal });
      return present.metadata.uid !== pod.metadata.uid;
    } catch (error) {
      if (isStatus(error, "NotFound")) return true;
      throw error;
    }
  }

  #pump(): void {
    for (const pod of this.#due) {
      if (this.#writing.size >= MOST_WRITES) return;
      if (this.#writing.has(pod)) continue;
      this.#due.delete(pod);
      const status = pod.status();
      const passingMs = isBeginning(status) ? BEGINNING_MS : pod.isReplacing() ? REPLACING_MS : 0;
      if (passingMs > 0 && this.#held.get(pod) !== "ripe") {
        this.#hold(pod, passingMs);
        continue;
      }
      this.#release(pod);
      if (sameJson(status, pod.pod.status) || sameJson(status, this.#sent.get(pod))) continue;
      const writing = this.#write(pod, status).finally(() => {
        this.#writing.delete(pod);
        this.#pump();
      });
      this.#writing.set(pod, writing);
    }
  }

  #hold(pod: WritablePod, ms: number): void {
    if (this.#held.has(pod)) return;
    const timer = this.#clock.timer(ms, () => {
      this.#held.set(pod, "ripe");
      this.statusChanged(pod);
    });
    this.#held.set(pod, timer);
  }

  #release(pod: WritablePod): void {
    const held = this.#held.get(pod);
    this.#held.delete(pod);
    if (held !== undefined && held !== "ripe") held[Symbol.dispose]();
  }

  async #write(pod: WritablePod, status: PodStatus): Promise<void> {
    const { signal } = this.#tasks;
    try {
      const cause = this.#cause(pod, reasonOf(pod.pod.status, status));
      const stored = await this.#client.setStatus(PodKind, pod.pod, status, { signal, cause });
      // What stands in the object need not be remembered.
      if (sameJson(status, stored.status)) this.#sent.delete(pod);
      else this.#sent.set(pod, status);
      pod.observe({ type: "pod", pod: stored });
    } catch (error) {
      if (signal.aborted) return;
      this.#due.add(pod);
      if (isStatus(error, "Conflict")) return await this.#catchUp(pod);
      if (isStatus(error, "NotFound")) return this.#gone(pod);
      this.#log.warn("pod status could not be written, trying again", { pod: pod.pod.metadata.name, error });
      await delay(this.#clock, RETRY_MS, { signal }).catch(() => {});
    }
  }

  /** Somebody else changed the object: what they made of it is read before the next try. */
  async #catchUp(pod: WritablePod): Promise<void> {
    const { metadata } = pod.pod;
    try {
      const name = { namespace: namespaceOf(pod.pod), name: metadata.name };
      const newest = await this.#client.get(PodKind, name, { signal: this.#tasks.signal });
      if (newest.metadata.uid === metadata.uid) pod.observe({ type: "pod", pod: newest });
      else this.#gone(pod);
    } catch (error) {
      if (isStatus(error, "NotFound")) this.#gone(pod);
    }
  }

  #gone(pod: WritablePod): void {
    this.#due.delete(pod);
    pod.observe({ type: "object-gone" });
    this.#due.delete(pod);
  }

  #cause(pod: WritablePod, reason: string): Cause {
    const revision = Number(pod.pod.metadata.resourceVersion);
    return {
      actor: this.#actor,
      saw: [{ key: storeKey(PodKind, pod.pod as Pod), revision }],
      reason,
      facts: pod.takeFacts(),
    };
  }
}

/** Nothing more is known than that the node has begun with the pod. */
function isBeginning({ phase, containerStatuses, initContainerStatuses }: PodStatus): boolean {
  return (
    phase === "Pending" &&
    [...(initContainerStatuses ?? []), ...(containerStatuses ?? [])].every(
      ({ state, lastState }) =>
        lastState?.terminated === undefined && BEGINNINGS.includes(state?.waiting?.reason ?? "another"),
    )
  );
}

const BEGINNINGS: readonly string[] = ["ContainerCreating", "PodInitializing"];

/** What is new about the pod, in a few words. */
function reasonOf(before: PodStatus, now: PodStatus): string {
  if (before.phase !== now.phase || before.startTime === undefined) return `the pod is ${now.phase}`;
  const was = (type: string) => before.conditions?.find((condition) => condition.type === type)?.status;
  const turned = (now.conditions ?? []).filter(({ type, status }) => was(type) !== status);
  if (turned.length > 0) return turned.map(({ type, status }) => `${type} is ${status}`).join(", ");
  for (const { name, state, restartCount } of now.containerStatuses ?? []) {
    const old = before.containerStatuses?.find((status) => status.name === name);
    if (old?.restartCount !== restartCount) return `container ${name} was restarted`;
    if (!sameJson(old?.state, state)) return `container ${name} is ${Object.keys(state ?? {})[0] ?? "unknown"}`;
  }
  return "the status changed";
}
