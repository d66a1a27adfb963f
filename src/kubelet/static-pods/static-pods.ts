import type { Pod } from "../../api/generated/core-v1.ts";
import { nameKey } from "../../client/informer.ts";
import type { Observation } from "../pod-life/observation.ts";
import type { ReportingPod } from "../pod-work/parts.ts";
import { ManifestFolder, type StaticPodSource } from "./folder.ts";
import type { RunningStaticPod } from "./mirror-plan.ts";
import { Mirrors, type MirrorsParts } from "./mirrors.ts";

/** Who runs them. */
export interface StaticPodRunner {
  begin(pod: Pod): void;
  worker(uid: string): (ReportingPod & { observe(observation: Observation): void }) | undefined;
}

/**
 * Pods that a node runs by itself, because a file of the node says so: with or without an API server. Of one name only one
 * runs at a time: when its file changes, the pod of before ends first.
 */
export class StaticPods {
  readonly mirrors: Mirrors;
  readonly #parts: MirrorsParts;
  readonly #folder: ManifestFolder | undefined;
  readonly #runner: StaticPodRunner;
  /** By `namespace/name`, as the files say. */
  #wanted: ReadonlyMap<string, Pod> = new Map();
  /** Those that were begun, and have not ended. */
  readonly #running = new Map<string, Pod>();

  constructor(source: StaticPodSource | undefined, parts: MirrorsParts, runner: StaticPodRunner) {
    this.#parts = parts;
    this.#folder = source && new ManifestFolder(source, parts);
    this.#runner = runner;
    this.mirrors = new Mirrors(parts, {
      running: (key) => this.#stateOf(key),
      worker: ({ metadata }) => runner.worker(metadata.uid),
    });
  }

  /** Begins what the files say. What cannot be read now is read later. */
  async look(): Promise<void> {
    if (this.#folder === undefined) return;
    try {
      this.#want(await this.#folder.pods());
    } catch (error) {
      this.#parts.log.error("the folder of the static pods cannot be read", { error });
    }
  }

  /** Does what the files say until the signal is aborted. */
  async follow(signal: AbortSignal): Promise<void> {
    if (this.#folder === undefined) return;
    for await (const _change of this.#folder.changes(signal)) await this.look();
  }

  /** Nothing is left of a pod on the node: one of that name that waits for it may begin. */
  ended({ metadata }: Pod): void {
    const key = nameKey(metadata);
    if (this.#running.get(key)?.metadata.uid !== metadata.uid) return;
    this.#running.delete(key);
    this.#bring(key);
    this.mirrors.look(key);
  }

  #want(pods: readonly Pod[]): void {
    // Of two files with pods of one name the later one counts.
    this.#wanted = new Map(pods.map((pod) => [nameKey(pod.metadata), pod]));
    for (const [key, { metadata }] of this.#running) {
      if (this.#stateOf(key)?.stays === false) this.#runner.worker(metadata.uid)?.observe({ type: "object-gone" });
    }
    for (const key of this.#wanted.keys()) this.#bring(key);
  }

  #bring(key: string): void {
    const pod = this.#wanted.get(key);
    const running = this.#running.get(key);
    if (pod === undefined || running === pod) return;
    if (running === undefined) {
      this.#running.set(key, pod);
      this.#runner.begin(pod);
    } else if (running.metadata.uid === pod.metadata.uid) {
      // The file itself names the uid: Kubernetes then takes it for the same pod.
      this.#running.set(key, pod);
      this.#runner.worker(pod.metadata.uid)?.observe({ type: "pod", pod });
    } else return;
    this.mirrors.look(key);
  }

  #stateOf(key: string): RunningStaticPod | undefined {
    const pod = this.#running.get(key);
    return pod && { pod, stays: this.#wanted.get(key)?.metadata.uid === pod.metadata.uid };
  }
}
