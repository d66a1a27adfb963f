import type { Node, Pod } from "../../api/generated/core-v1.ts";
import { qosClassOf } from "../../api/core/v1/pod-qos.ts";
import type { Clock, Timer } from "../../base/clock.ts";
import { milli, podTotal, value } from "../containers/resources.ts";
import type { Observation } from "../pod-life/observation.ts";
import type { PodLife } from "../pod-life/state.ts";
import { withResources } from "../resize/pod-resources.ts";
import { objection } from "./admission.ts";

/** What is asked for in vain is asked for again after this time, whatever happens. */
const RETRY_MS = 180_000;

export interface ResizingPod {
  readonly life: PodLife;
  observe(observation: Observation): void;
}

export interface ResizeNode {
  readonly clock: Clock;
  /** Undefined before the node is registered. */
  node(): Node | undefined;
  /** All that take part of the node's resources. */
  pods(): readonly ResizingPod[];
}

/** Answers pods that ask for other resources than they have, and asks again for those that had to wait. */
export class Resizes implements Disposable {
  readonly #node: ResizeNode;
  #timer: Timer | undefined;
  #answering = false;

  constructor(node: ResizeNode) {
    this.#node = node;
  }

  /** A pod asks, or some other may have made room: all who wait are answered, the most urgent first. */
  answer(): void {
    // What one is given changes what others see: that answer follows in this same round.
    if (this.#answering) return;
    this.#answering = true;
    try {
      const asked = this.#node.pods().filter(({ life }) => isAsking(life));
      for (const pod of asked.toSorted((a, b) => byUrgency(a.life, b.life))) this.#answerOne(pod);
    } finally {
      this.#answering = false;
    }
    this.#retryLater();
  }

  /** Something has changed in a pod's life: was it room? */
  lifeChanged(before: PodLife, now: PodLife): void {
    if (this.#timer !== undefined && madeRoom(before, now)) this.answer();
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }

  #answerOne(asking: ResizingPod): void {
    const { pod, resize } = asking.life;
    const node = this.#node.node();
    // What was answered to another may have ended this question. Pods come only once the node is registered.
    if (resize.wanted === undefined || node === undefined) return;
    const others = this.#node
      .pods()
      .filter((other) => other !== asking)
      .map(({ life }) => life.pod);
    const refused = objection(withResources(pod, resize.wanted), node, others);
    if (refused === undefined) asking.observe({ type: "resources-granted" });
    else asking.observe({ type: "resources-refused", reason: "Deferred", message: refused.message });
  }

  #retryLater(): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    if (!this.#node.pods().some(({ life }) => isAsking(life))) return;
    this.#timer = this.#node.clock.timer(RETRY_MS, () => this.answer());
  }
}

/** Those who ask for no more than they have, then by priority, by quality of service, and by how long they have waited. */
export function byUrgency(one: PodLife, other: PodLife): number {
  const rank = (life: PodLife) => [
    asksForMore(life) ? 1 : 0,
    -(life.pod.spec.priority ?? 0),
    qosClassOf(life.pod.spec) === "Guaranteed" ? 0 : 1,
    life.resize.pending?.sinceMs ?? Infinity,
  ];
  const [a, b] = [rank(one), rank(other)];
  const index = a.findIndex((figure, place) => figure !== b[place]);
  return index < 0 ? 0 : a[index]! < b[index]! ? -1 : 1;
}

function isAsking({ stage, resize }: PodLife): boolean {
  return stage.at === "running" && resize.wanted !== undefined;
}

function asksForMore({ pod, resize }: PodLife): boolean {
  return resize.wanted !== undefined && takesMore(withResources(pod, resize.wanted), pod);
}

function madeRoom(before: PodLife, now: PodLife): boolean {
  if (isActive(before) && !isActive(now)) return true;
  return before.pod !== now.pod && takesMore(before.pod, now.pod);
}

function takesMore(one: Pod, other: Pod): boolean {
  const more = (name: "cpu" | "memory", read: typeof milli) =>
    (podTotal(one, "requests", name, read) ?? 0) > (podTotal(other, "requests", name, read) ?? 0);
  return more("cpu", milli) || more("memory", value);
}

/** Does the pod still take part of the node's resources? */
export function isActive({ stage }: PodLife): boolean {
  return stage.at === "running" || stage.at === "terminating";
}
