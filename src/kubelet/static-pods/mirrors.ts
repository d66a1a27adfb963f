import type { Pod, PodStatus } from "../../api/generated/core-v1.ts";
import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import { WorkQueue } from "../../base/work-queue.ts";
import type { Client } from "../../client/client.ts";
import { nameKey, type ObjectChange } from "../../client/informer.ts";
import { isStatus } from "../../machinery/status.ts";
import { namespaceOf } from "../containers/names.ts";
import { NodeKind, PodKind } from "../kinds.ts";
import type { StatusWriter, WritablePod } from "../node/status-writer.ts";
import type { Observation } from "../pod-life/observation.ts";
import type { ReportingPod } from "../pod-work/parts.ts";
import { isMirror } from "./annotations.ts";
import { isMirrorOf, mirrorOf, mirrorStep, type RunningStaticPod } from "./mirror-plan.ts";

const RETRIES = { firstMs: 1_000, longestMs: 60_000, jitter: 0.1 };

export interface MirrorsParts {
  readonly nodeName: string;
  readonly client: Client;
  readonly writer: StatusWriter;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** What runs of the static pods, by `namespace/name`. */
export interface StaticPodsOfNode {
  running(key: string): RunningStaticPod | undefined;
  worker(pod: Pod): ReportingPod | undefined;
}

/**
 * The mirrors of static pods: objects of the API that show what runs, and by which nothing is run. Each is kept like its
 * static pod, made anew when somebody deletes it, and told the status of what it stands for.
 */
export class Mirrors {
  readonly #parts: MirrorsParts;
  readonly #pods: StaticPodsOfNode;
  readonly #queue: WorkQueue;
  readonly #known = new Map<string, Mirror>();

  constructor(parts: MirrorsParts, pods: StaticPodsOfNode) {
    this.#parts = parts;
    this.#pods = pods;
    this.#queue = new WorkQueue(parts.clock, parts.random, RETRIES);
  }

  /** Takes in news of the API. @returns whether they are of a mirror */
  take({ type, object }: ObjectChange<Pod>): boolean {
    if (!isMirror(object)) return false;
    if (type === "deleted") this.#gone(object);
    else this.#seen(object);
    return true;
  }

  /** The static pod of this name is another, or has ended. */
  look(key: string): void {
    this.#queue.add(key);
  }

  /** By what the status of a static pod is written; undefined while it has no mirror. */
  of(pod: Pod): WritablePod | undefined {
    const mirror = this.#known.get(nameKey(pod.metadata));
    return mirror !== undefined && isMirrorOf(mirror.pod, pod) ? mirror : undefined;
  }

  /** Works until the signal is aborted. The node's pods must have been told before: what is there is not made again. */
  async keep(signal: AbortSignal): Promise<void> {
    signal.addEventListener("abort", () => this.#queue.close(), { once: true });
    for (let key = await this.#queue.take(); key !== undefined; key = await this.#queue.take()) {
      try {
        await this.#reconcile(key, signal);
        this.#queue.forget(key);
      } catch (error) {
        if (signal.aborted) return;
        this.#parts.log.warn("the mirror of a static pod is not as it should be, trying again", { pod: key, error });
        this.#queue.retry(key);
      } finally {
        this.#queue.done(key);
      }
    }
  }

  async #reconcile(key: string, signal: AbortSignal): Promise<void> {
    const { client, nodeName } = this.#parts;
    const step = mirrorStep(this.#pods.running(key), this.#known.get(key)?.pod);
    const cause = (reason: string) => ({ actor: `kubelet/${nodeName}`, saw: [], reason });
    if (step.do === "delete") {
      const { name, uid } = step.mirror.metadata;
      const target = { namespace: namespaceOf(step.mirror), name };
      const options = { signal, gracePeriodSeconds: 0, uid, cause: cause(step.why) };
      await client.delete(PodKind, target, options).catch((error: unknown) => {
        if (!isStatus(error, "NotFound") && !isStatus(error, "Conflict")) throw error;
      });
      this.#gone(step.mirror);
    } else if (step.do === "create") {
      // Asked for anew: a mirror whose node has gone meanwhile would be collected, and made again and again.
      const node = await client.get(NodeKind, { name: nodeName }, { signal });
      if (node.metadata.deletionTimestamp !== undefined) return;
      const draft = mirrorOf(step.pod, node);
      this.#seen(await client.create(PodKind, draft, { signal, cause: cause("the node runs a static pod") }));
    }
  }

  #seen(object: Pod): void {
    const key = nameKey(object.metadata);
    const known = this.#known.get(key);
    // News may come later than the answer to what we did ourselves.
    if (known !== undefined && versionOf(object) < versionOf(known.pod)) return;
    if (known?.pod.metadata.uid === object.metadata.uid) known.pod = object;
    else {
      if (known !== undefined) this.#parts.writer.forget(known);
      this.#known.set(key, new Mirror(object, this.#workerOf(key), this));
    }
    this.#queue.add(key);
    const pod = this.#pods.running(key)?.pod;
    const mirror = pod && this.of(pod);
    if (mirror !== undefined) this.#parts.writer.statusChanged(mirror);
  }

  #gone({ metadata }: Pod): void {
    const key = nameKey(metadata);
    const known = this.#known.get(key);
    if (known?.pod.metadata.uid !== metadata.uid) return;
    this.#known.delete(key);
    this.#parts.writer.forget(known);
    this.#queue.add(key);
  }

  /** Told by the writer: how an object is by now, or that it is not there. */
  observe(mirror: Pod, observation: Observation): void {
    const known = this.#known.get(nameKey(mirror.metadata));
    if (known?.pod.metadata.uid !== mirror.metadata.uid) return;
    if (observation.type === "pod") this.#seen(observation.pod);
    if (observation.type === "object-gone") this.#gone(mirror);
  }

  #workerOf(key: string): () => ReportingPod | undefined {
    return () => {
      const pod = this.#pods.running(key)?.pod;
      return pod && this.#pods.worker(pod);
    };
  }
}

/** An object that is there, to which the status of another is written. */
class Mirror implements WritablePod {
  pod: Pod;
  readonly #worker: () => ReportingPod | undefined;
  readonly #mirrors: Mirrors;

  constructor(pod: Pod, worker: () => ReportingPod | undefined, mirrors: Mirrors) {
    this.pod = pod;
    this.#worker = worker;
    this.#mirrors = mirrors;
  }

  /** As it is said already, once nothing runs any more. */
  status(): PodStatus {
    return this.#worker()?.status() ?? this.pod.status;
  }

  isReplacing(): boolean {
    return this.#worker()?.isReplacing() ?? false;
  }

  takeFacts(): Readonly<Record<string, unknown>> {
    return this.#worker()?.takeFacts() ?? {};
  }

  observe(observation: Observation): void {
    this.#mirrors.observe(this.pod, observation);
  }
}

function versionOf({ metadata }: Pod): number {
  return Number(metadata.resourceVersion);
}
