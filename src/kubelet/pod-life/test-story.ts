import type { Container, Pod, PodSpec } from "../../api/generated/core-v1.ts";
import { containerHash } from "../containers/labels.ts";
import type { ContainerStatus, SandboxStatus } from "../ports/runtime.ts";
import type { ResizeStep, ShrinkingMemory } from "../resize/steps.ts";
import type { Effect, Observation } from "./observation.ts";
import type { RememberedResources } from "./resize-state.ts";
import type { PodLife } from "./state.ts";
import { newLife } from "./state.ts";
import { step } from "./step.ts";

/** A pod's life in a test: what is seen, and what is done about it, in words. */
export class Story {
  life: PodLife;
  now = 1_000_000;
  wakeAtMs: number | undefined;
  /** Of the last resize. */
  steps: readonly ResizeStep[] = [];
  shrinking: ShrinkingMemory | undefined;
  #effects: Effect[] = [];

  constructor(first: Pod, given?: RememberedResources) {
    this.life = newLife(first, given);
  }

  see(observation: Observation): this {
    const next = step(this.life, observation, this.now);
    this.life = next.life;
    this.wakeAtMs = next.wakeAtMs;
    this.#effects.push(...next.effects);
    for (const effect of next.effects) {
      if (effect.do === "resize") ({ steps: this.steps, shrinking: this.shrinking } = effect);
    }
    return this;
  }

  sandboxed(): this {
    this.see({ type: "volumes-ready" }).see({ type: "sandbox", sandbox: sandbox() });
    this.#effects = this.#effects.filter((effect) => effect.do !== "prepare-volumes" && effect.do !== "run-sandbox");
    return this;
  }

  started(name: string, attempt = 0): this {
    return this.see({ type: "container", container: running(name, attempt) }).see({ type: "start-done", name });
  }

  /** The effects since the last call, in words. */
  done(): string[] {
    const effects = this.#effects.map(inWords);
    this.#effects = [];
    return effects;
  }
}

export function begin(first: Pod, given?: RememberedResources): Story {
  return new Story(first, given).see({ type: "pod", pod: first });
}

function inWords(effect: Effect): string {
  switch (effect.do) {
    case "run-sandbox":
      return `run-sandbox ${effect.attempt}`;
    case "stop-sandboxes":
      return `stop-sandboxes ${effect.ids.join(" ")}`;
    case "start-container":
      return `start-container ${effect.name}`;
    case "run-pre-stop":
    case "stop-container":
      return `${effect.do} ${effect.name} ${effect.graceSeconds}`;
    case "remove-container":
      return `remove-container ${effect.id}`;
    case "resize":
      return `resize ${effect.steps.map(stepInWords).join(", ")}`;
    case "event":
      return `event ${effect.event.reason} ${effect.event.message}`;
    default:
      return effect.do;
  }
}

/** `pod BYTES/SHARES/QUOTA`, `NAME MEMORY CPU-REQUEST/CPU-LIMIT`. */
function stepInWords(step: ResizeStep): string {
  if (step.set === "pod") return `pod ${step.limits.memoryLimit}/${step.limits.cpuShares}/${step.limits.cpuQuota}`;
  const { limits = {}, requests = {} } = step.requirements;
  return `${step.name} ${limits["memory"]} ${requests["cpu"]}/${limits["cpu"]}`;
}

export function pod(spec: Partial<PodSpec>): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: "web",
      namespace: "default",
      uid: "uid-1",
      resourceVersion: "1",
      creationTimestamp: "2026-01-01T00:00:00Z",
    },
    spec: { restartPolicy: "Always", terminationGracePeriodSeconds: 30, ...spec },
    status: {},
  } as Pod;
}

export function deleted(one: Pod, graceSeconds: number): Pod {
  const metadata = {
    ...one.metadata,
    deletionTimestamp: "2026-01-01T00:01:00Z",
    deletionGracePeriodSeconds: graceSeconds,
  };
  return { ...one, metadata };
}

export function container(name: string): Container {
  return { name, image: "busybox", resources: {} } as Container;
}

export function sandbox(): SandboxStatus {
  const identity = { name: "web", namespace: "default", uid: "uid-1", attempt: 0 };
  return {
    id: "s0",
    identity,
    ready: true,
    createdAt: 1n,
    labels: {},
    annotations: {},
    ips: ["10.0.0.2"],
    network: "pod",
  };
}

export function running(name: string, attempt = 0): ContainerStatus {
  return {
    id: `${name}${attempt}`,
    sandboxId: "s0",
    name,
    attempt,
    state: "running",
    createdAt: BigInt(attempt + 1),
    imageReference: "busybox",
    labels: {},
    annotations: { "io.kubernetes.container.hash": containerHash(container(name)) },
    startedAt: 1n,
    finishedAt: 0n,
    exitCode: 0,
    reason: "",
    message: "",
    logPath: "",
    image: "busybox",
    imageId: "sha256:1",
  };
}

export function exited(name: string, exitCode: number, atMs = 0): ContainerStatus {
  return { ...running(name), state: "exited", exitCode, finishedAt: BigInt(atMs) * 1_000_000n };
}
