import type { Pod, PodStatus } from "../../api/generated/core-v1.ts";
import type { Timer } from "../../base/clock.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { podCgroupLimits } from "../containers/resources.ts";
import { podDns } from "../containers/dns.ts";
import { fieldPathOf, findContainer, onHostNetwork } from "../containers/names.ts";
import { sandboxConfig } from "../containers/sandbox-config.ts";
import { StartError } from "../images/puller.ts";
import type { Effect, Observation, PodEvent } from "../pod-life/observation.ts";
import type { RememberedResources } from "../pod-life/resize-state.ts";
import { withNewObject } from "../pod-life/resize.ts";
import type { PodLife } from "../pod-life/state.ts";
import { isReplacing, newLife } from "../pod-life/state.ts";
import { step } from "../pod-life/step.ts";
import { Prober } from "../probes/prober.ts";
import { resourcesOf } from "../resize/pod-resources.ts";
import { podStatus } from "../status/pod-status.ts";
import type { ContainerStatus, SandboxStatus } from "../ports/runtime.ts";
import { RuntimeError } from "../ports/runtime.ts";
import { exitFacts, probeFacts } from "./facts.ts";
import { VolumeErrors } from "./files.ts";
import { runHook } from "./hook.ts";
import type { NodeParts, PodReports, ReportingPod } from "./parts.ts";
import { resizePod } from "./resize-pod.ts";
import { startContainer, textOf } from "./start-container.ts";

/**
 * Lives one pod's life: feeds the state machine with what happens and carries out the effects it asks for. The machine
 * decides everything; this only does, and tells how it went.
 */
export class PodWorker implements ReportingPod {
  readonly #node: NodeParts;
  readonly #reports: PodReports;
  #life: PodLife;
  /** The version of the object that was last observed. */
  #version: string | undefined;
  #said: PodStatus;
  #facts: Record<string, unknown> = {};
  #starts = new AbortController();
  #prober: Prober | undefined;
  #wake: { readonly atMs: number; readonly timer: Timer } | undefined;

  /** @param given what an earlier kubelet gave the pod */
  constructor(pod: Pod, node: NodeParts, reports: PodReports, given?: RememberedResources) {
    this.#node = node;
    this.#reports = reports;
    this.#life = newLife(pod, given);
    this.#said = pod.status;
    this.#facts["seenAtMs"] = node.clock.now();
  }

  get pod(): Pod {
    return this.#life.pod;
  }

  get life(): PodLife {
    return this.#life;
  }

  /** What was said before, or stands in the object, is the same object as long as it is still so. */
  status(): PodStatus {
    const { hostIPs, runtimeName, clock } = this.#node;
    const status = podStatus(this.#life, this.#said, { hostIPs: hostIPs(), runtime: runtimeName }, clock.now());
    this.#said = [this.pod.status, this.#said].find((known) => sameJson(status, known)) ?? status;
    return this.#said;
  }

  isReplacing(): boolean {
    return isReplacing(this.#life);
  }

  takeFacts(): Readonly<Record<string, unknown>> {
    const facts = this.#facts;
    this.#facts = {};
    return facts;
  }

  /** Takes one step. Versions of the object that are no newer than the known one are skipped. */
  observe(observation: Observation): void {
    if (this.#life.stage.at === "gone") return;
    if (observation.type === "pod" && !this.#isNews(observation.pod)) return;
    if (observation.type === "container") Object.assign(this.#facts, exitFacts(this.#life, observation.container));
    const { life, effects, wakeAtMs } = step(this.#life, observation, this.#node.clock.now());
    const before = this.#life;
    this.#life = life;
    for (const { id } of life.containers) this.#reports.owns(id, this);
    for (const { id } of life.sandboxes) this.#reports.owns(id, this);
    this.#wakeAt(wakeAtMs);
    this.#probe();
    this.#reports.statusChanged(this);
    this.#reports.lifeChanged(before, life);
    for (const effect of effects) this.#carryOut(effect);
  }

  /**
   * Takes up what the runtime has of this pod: a kubelet that starts anew finds it so. A container that has started once is
   * not asked again whether it has.
   */
  adopt(sandboxes: readonly SandboxStatus[], containers: readonly ContainerStatus[]): void {
    const { initContainerStatuses = [], containerStatuses = [] } = this.pod.status;
    const started = [...initContainerStatuses, ...containerStatuses].filter((status) => status.started === true);
    const probes = Object.fromEntries(started.map(({ containerID }) => [idOf(containerID ?? ""), { startup: true }]));
    this.#life = { ...this.#life, probes };
    this.observe({ type: "runtime", sandboxes, containers });
  }

  /** Something happened to a container or sandbox of this pod: asks the runtime what. */
  async lookAt(id: string): Promise<void> {
    const waits = { signal: this.#node.tasks.signal };
    if (!this.#life.sandboxes.some((sandbox) => sandbox.id === id)) return await this.#inspect(id);
    const seen = await this.#orGone(this.#node.runtime.sandboxStatus(id, waits));
    const { sandboxes: known, containers, sandboxWork } = this.#life;
    // While the sandbox is being made or stopped, the one who does it tells how it went.
    if (sandboxWork.is !== "idle") return;
    const sandboxes = known.flatMap((sandbox) => (sandbox.id !== id ? [sandbox] : seen === undefined ? [] : [seen]));
    this.observe({ type: "runtime", sandboxes, containers });
  }

  /**
   * What a write made of the object is told twice, by its answer and by the watch: the second is no news, but it is the object that
   * others hold as well. Static pods have no versions.
   */
  #isNews(pod: Pod): boolean {
    const { resourceVersion } = pod.metadata;
    if (isOlder(pod, this.pod)) return false;
    if (resourceVersion !== undefined && resourceVersion === this.#version) {
      this.#life = withNewObject(this.#life, pod);
      if (sameJson(pod.status, this.#said)) this.#said = pod.status;
      return false;
    }
    this.#version = resourceVersion;
    if (isRelabelled(pod, this.pod)) this.#node.files.podChanged(pod);
    return true;
  }

  #wakeAt(atMs: number | undefined): void {
    if (this.#wake?.atMs === atMs) return;
    this.#wake?.timer[Symbol.dispose]();
    this.#wake = undefined;
    if (atMs === undefined) return;
    const timer = this.#node.clock.timer(Math.max(1, atMs - this.#node.clock.now()), () => {
      this.#wake = undefined;
      this.observe({ type: "wake" });
    });
    this.#wake = { atMs, timer };
  }

  #probe(): void {
    if (this.#prober === undefined) {
      if (!hasProbes(this.pod)) return;
      this.#prober = new Prober({
        clock: this.#node.clock,
        random: this.#node.random,
        means: { runtime: this.#node.runtime, network: this.#node.network },
        startedAtMs: this.#node.startedAtMs,
        podIP: () => this.#podIPs()[0] ?? "",
        onVerdict: (verdict) => {
          const { id, kind, healthy } = verdict;
          if (this.#life.probes[id]?.[kind] !== healthy) Object.assign(this.#facts, probeFacts(verdict));
          this.observe({ type: "probe", id, kind, healthy });
        },
        onEvent: (event) => this.#tell(event),
        onResult: (container, kind, result) => this.#node.probeCounts.count(this.pod, container, kind, result),
      });
    }
    this.#prober.sync(this.#life);
  }

  #podIPs(): readonly string[] {
    return onHostNetwork(this.pod) ? this.#node.hostIPs() : (this.#life.sandboxes[0]?.ips ?? []);
  }

  #tell({ type, reason, message, container }: PodEvent): void {
    const target =
      container === undefined ? this.pod : { object: this.pod, fieldPath: fieldPathOf(this.pod, container) };
    this.#node.recorder.record(target, type, reason, message);
  }

  #carryOut(effect: Effect): void {
    if (effect.do === "event") {
      this.#tell(effect.event);
      return;
    }
    if (effect.do === "abort-starts") {
      this.#starts.abort(new Error("the pod is being stopped"));
      this.#starts = new AbortController();
      return;
    }
    if (effect.do === "ask-for-resources") {
      this.#reports.asksForResources(this);
      return;
    }
    this.#node.tasks.spawn(async (signal) => {
      try {
        await this.#act(effect, signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#node.log.error("a step of a pod's life failed", { pod: this.pod.metadata.name, step: effect.do, error });
      }
    });
  }

  async #act(
    effect: Exclude<Effect, { do: "event" | "abort-starts" | "ask-for-resources" }>,
    signal: AbortSignal,
  ): Promise<void> {
    switch (effect.do) {
      case "prepare-volumes":
        return await this.#prepareVolumes();
      case "run-sandbox":
        return await this.#runSandbox(effect.attempt);
      case "stop-sandboxes":
        return await this.#stopSandboxes(effect.ids, signal);
      case "start-container":
        return await this.#start(effect);
      case "run-pre-stop":
        return await this.#preStop(effect, signal);
      case "stop-container":
        return await this.#stop(effect, signal);
      case "remove-container":
        return await this.#remove(effect.id, signal);
      case "resize":
        return await this.#resize(effect, signal);
      case "remember-resources":
        return await this.#rememberResources();
      case "release":
        return await this.#release(signal);
      case "delete-object":
        return await this.#deleteObject();
      case "clean-up":
        return await this.#cleanUp(signal);
    }
  }

  async #prepareVolumes(): Promise<void> {
    const startedAtMs = this.#node.clock.now();
    try {
      const limits = this.#life.resize.outdated.cgroup ?? podCgroupLimits(this.pod);
      await this.#node.files.prepare(this.pod, limits, {
        signal: this.#starts.signal,
        onFound: () => this.observe({ type: "volumes-found" }),
      });
      await this.#rememberResources();
      this.#facts["volumesMs"] = this.#node.clock.now() - startedAtMs;
      this.observe({ type: "volumes-ready" });
    } catch (error) {
      const messages = error instanceof VolumeErrors ? error.messages : [textOf(error)];
      if (!this.#starts.signal.aborted) {
        for (const message of messages) this.#tell({ type: "Warning", reason: "FailedMount", message });
      }
      this.observe({ type: "volumes-failed" });
    }
  }

  async #runSandbox(attempt: number): Promise<void> {
    const { runtime, clock, dns, sandbox: facts } = this.#node;
    const signal = this.#starts.signal;
    const startedAtMs = clock.now();
    try {
      const resolved = podDns(this.pod, dns);
      for (const warning of resolved.warnings) this.#tell({ type: "Warning", ...warning });
      // Never called off half made, as a runtime may leave processes behind: a pod that is being stopped waits for it.
      const waits = { signal: this.#node.tasks.signal };
      const id = await runtime.runSandbox(sandboxConfig(this.pod, attempt, resolved, facts), waits);
      this.#reports.owns(id, this);
      const sandbox = await runtime.sandboxStatus(id, waits);
      this.#facts["sandboxMs"] = clock.now() - startedAtMs;
      this.observe({ type: "sandbox", sandbox });
    } catch (error) {
      const message = `Failed to create pod sandbox: ${textOf(error)}`;
      if (!signal.aborted) this.#tell({ type: "Warning", reason: "FailedCreatePodSandBox", message });
      this.observe({ type: "sandbox-failed" });
    }
  }

  async #stopSandboxes(ids: readonly string[], signal: AbortSignal): Promise<void> {
    const startedAtMs = this.#node.clock.now();
    // A sandbox that cannot be stopped now is stopped again before it is removed.
    await Promise.allSettled(ids.map((id) => this.#node.runtime.stopSandbox(id, { signal })));
    this.#facts["stopSandboxMs"] = this.#node.clock.now() - startedAtMs;
    this.observe({ type: "sandboxes-stopped" });
  }

  async #start({ name, sandboxId, restartCount }: Extract<Effect, { do: "start-container" }>): Promise<void> {
    const signal = this.#starts.signal;
    try {
      await startContainer(
        {
          pod: this.pod,
          name,
          sandboxId,
          sandboxAttempt: this.#life.sandboxes[0]?.identity.attempt ?? 0,
          restartCount,
          podIPs: this.#podIPs(),
          signal,
          onEvent: (event) => this.#tell(event),
          onCreated: (id) => this.#reports.owns(id, this),
          onRunning: (container) => this.observe({ type: "container", container }),
          onTime: (what, milliseconds) => (this.#facts[`${what} ms`] = milliseconds),
        },
        this.#node,
      );
      this.observe({ type: "start-done", name });
    } catch (error) {
      const failure =
        error instanceof StartError ? error.failure : { reason: "CreateContainerError", message: textOf(error) };
      this.observe({ type: "start-failed", name, failure });
    }
  }

  async #resize(effect: Extract<Effect, { do: "resize" }>, signal: AbortSignal): Promise<void> {
    const outcome = await resizePod(this.#life, effect, this.#node, signal);
    const ids = new Set(outcome.done.flatMap((step) => (step.set === "container" ? [step.id] : [])));
    for (const id of ids) await this.#inspect(id);
    this.observe(outcome);
  }

  async #rememberResources(): Promise<void> {
    const { pod, resize } = this.#life;
    await this.#node.files.rememberResources(pod, { given: resourcesOf(pod), outdated: resize.outdated });
  }

  async #preStop(
    { id, name, graceSeconds }: Extract<Effect, { do: "run-pre-stop" }>,
    signal: AbortSignal,
  ): Promise<void> {
    const container = findContainer(this.pod, name)!.spec;
    const cut = new AbortController();
    using _timer = this.#node.clock.timer(graceSeconds * 1000, () => cut.abort(new Error("the grace period is over")));
    try {
      const target = { id, pod: this.pod, container, podIP: this.#podIPs()[0] ?? "" };
      await runHook(container.lifecycle!.preStop!, target, this.#node, AbortSignal.any([signal, cut.signal]));
    } catch {
      if (!cut.signal.aborted) {
        this.#tell({ type: "Warning", reason: "FailedPreStopHook", message: "PreStopHook failed", container: name });
      }
    }
    this.observe({ type: "hook-done", id });
  }

  async #stop({ id, graceSeconds }: Extract<Effect, { do: "stop-container" }>, signal: AbortSignal): Promise<void> {
    try {
      await this.#node.runtime.stopContainer(id, graceSeconds, { signal });
    } catch (error) {
      if (signal.aborted) return;
      this.#node.log.warn("container would not stop, trying again", { pod: this.pod.metadata.name, id, error });
      this.#node.clock.timer(STOP_AGAIN_MS, () => this.observe({ type: "stop-failed", id }));
      return;
    }
    await this.#inspect(id);
  }

  async #remove(id: string, signal: AbortSignal): Promise<void> {
    const { runtime, files } = this.#node;
    const status = await runtime.containerStatus(id, { signal });
    await runtime.removeContainer(id, { signal });
    await files.removeLog(status);
  }

  async #inspect(id: string): Promise<void> {
    const status = await this.#containerStatus(id);
    if (status === undefined) this.observe({ type: "container-removed", id });
    else this.observe({ type: "container", container: status });
  }

  async #containerStatus(id: string): Promise<ContainerStatus | undefined> {
    const { runtime, files, tasks } = this.#node;
    const status = await this.#orGone(runtime.containerStatus(id, { signal: tasks.signal }));
    return status?.state === "exited" ? await files.withMessage(status) : status;
  }

  async #orGone<T>(answer: Promise<T>): Promise<T | undefined> {
    return await answer.catch((error: unknown) => {
      if (error instanceof RuntimeError && error.code === "not-found") return undefined;
      throw error;
    });
  }

  async #release(signal: AbortSignal): Promise<void> {
    const startedAtMs = this.#node.clock.now();
    while (!signal.aborted) {
      try {
        await this.#node.files.release(this.pod);
        break;
      } catch (error) {
        this.#node.log.warn("volumes could not be taken down, trying again", { pod: this.pod.metadata.name, error });
        await new Promise<void>((resolve) => this.#node.clock.timer(STOP_AGAIN_MS, resolve));
      }
    }
    this.#facts["releaseMs"] = this.#node.clock.now() - startedAtMs;
    this.observe({ type: "released" });
  }

  async #deleteObject(): Promise<void> {
    try {
      await this.#reports.deleteObject(this);
      this.observe({ type: "object-gone" });
    } catch (error) {
      if (this.#node.tasks.signal.aborted) return;
      this.#node.log.warn("pod could not be deleted, trying again", { pod: this.pod.metadata.name, error });
      this.#node.clock.timer(STOP_AGAIN_MS, () => this.observe({ type: "delete-failed" }));
    }
  }

  async #cleanUp(signal: AbortSignal): Promise<void> {
    this.#prober?.[Symbol.dispose]();
    this.#wake?.timer[Symbol.dispose]();
    const { runtime, files, images } = this.#node;
    images.forget(this.pod.metadata.uid);
    const waits = { signal };
    await Promise.allSettled(this.#life.containers.map(({ id }) => runtime.removeContainer(id, waits)));
    for (const { id } of this.#life.sandboxes) {
      await runtime.stopSandbox(id, waits).catch(() => {});
      await runtime.removeSandbox(id, waits).catch(() => {});
    }
    await files.cleanUp(this.pod);
    this.#reports.ended(this);
  }
}

const STOP_AGAIN_MS = 1_000;

/** The runtime's own id in `containerd://…`. */
export function idOf(containerID: string): string {
  return containerID.slice(containerID.indexOf("://") + "://".length);
}

function hasProbes(pod: Pod): boolean {
  return [...(pod.spec.initContainers ?? []), ...pod.spec.containers].some(
    (container) => container.livenessProbe ?? container.readinessProbe ?? container.startupProbe,
  );
}

function isOlder(pod: Pod, known: Pod): boolean {
  return Number(pod.metadata.resourceVersion) < Number(known.metadata.resourceVersion);
}

function isRelabelled(pod: Pod, known: Pod): boolean {
  return (
    !sameJson(pod.metadata.labels, known.metadata.labels) ||
    !sameJson(pod.metadata.annotations, known.metadata.annotations)
  );
}
