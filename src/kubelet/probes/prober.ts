import type { Container, Probe } from "../../api/generated/core-v1.ts";
import type { Clock, Timer } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { containersOf } from "../containers/names.ts";
import type { PodEvent } from "../pod-life/observation.ts";
import type { PodLife, ProbeKind } from "../pod-life/state.ts";
import { newest } from "../pod-life/state.ts";
import type { ProbeMeans, ProbeResult } from "./run-probe.ts";
import { runProbe } from "./run-probe.ts";
import type { ResultRun } from "./verdict.ts";
import { countResult } from "./verdict.ts";

export interface ProberParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly means: Omit<ProbeMeans, "signal">;
  /** Containers that ran before then are probed at a random moment of their period, not all at once. */
  readonly startedAtMs: number;
  readonly podIP: (life: PodLife) => string;
  readonly onVerdict: (verdict: Verdict) => void;
  readonly onEvent: (event: PodEvent) => void;
  /** Every try counts, whatever the verdict. */
  readonly onResult: (container: string, kind: ProbeKind, result: ProbeResult["is"]) => void;
}

/** What a probe's results amount to, once there are enough of them. */
export interface Verdict {
  /** The container's. */
  readonly id: string;
  readonly container: string;
  readonly kind: ProbeKind;
  readonly healthy: boolean;
  /** What the last try said, where it failed. */
  readonly message?: string;
  /** How long the last try took. */
  readonly tookMs: number;
}

/** Probes the containers of one pod. A container that is not probed costs nothing. */
export class Prober implements Disposable {
  readonly #parts: ProberParts;
  readonly #loops = new Map<string, Loop>();

  constructor(parts: ProberParts) {
    this.#parts = parts;
  }

  /** Starts and ends probes so that they fit the pod's state. */
  sync(life: PodLife): void {
    const wanted = wantedProbes(life);
    for (const [key, loop] of this.#loops) {
      if (wanted.has(key)) continue;
      loop[Symbol.dispose]();
      this.#loops.delete(key);
    }
    for (const [key, target] of wanted) {
      const present = this.#loops.get(key);
      if (present !== undefined) present.podIP = this.#parts.podIP(life);
      else this.#loops.set(key, new Loop(target, this.#parts, this.#parts.podIP(life)));
    }
  }

  [Symbol.dispose](): void {
    for (const loop of this.#loops.values()) loop[Symbol.dispose]();
    this.#loops.clear();
  }
}

interface Target {
  readonly kind: ProbeKind;
  readonly probe: Probe;
  readonly container: Container;
  readonly containerId: string;
  readonly startedAtMs: number;
}

const CALLED: Readonly<Record<ProbeKind, string>> = {
  liveness: "Liveness",
  readiness: "Readiness",
  startup: "Startup",
};

/** A startup probe holds back the others until it has succeeded, and a verdict of it or a failed liveness is final. */
function wantedProbes(life: PodLife): ReadonlyMap<string, Target> {
  const wanted = new Map<string, Target>();
  if (life.stage.at !== "running" && life.stage.at !== "terminating") return wanted;
  const stopping = life.stage.at === "terminating";
  for (const { type, spec } of containersOf(life.pod)) {
    if (type === "init" || type === "ephemeral") continue;
    const container = newest(life, spec.name);
    if (container?.state !== "running") continue;
    const verdicts = life.probes[container.id] ?? {};
    const add = (kind: ProbeKind, probe: Probe | undefined) => {
      if (probe === undefined) return;
      const startedAtMs = Number(container.startedAt / 1_000_000n);
      wanted.set(`${container.id}/${kind}`, { kind, probe, container: spec, containerId: container.id, startedAtMs });
    };
    const starting = spec.startupProbe !== undefined && verdicts.startup !== true;
    if (starting) {
      if (verdicts.startup === undefined && !stopping) add("startup", spec.startupProbe);
      continue;
    }
    if (verdicts.liveness !== false && !stopping) add("liveness", spec.livenessProbe);
    add("readiness", spec.readinessProbe);
  }
  return wanted;
}

class Loop implements Disposable {
  podIP: string;
  readonly #target: Target;
  readonly #parts: ProberParts;
  readonly #abort = new AbortController();
  #timer: Timer;
  #run: ResultRun | undefined;

  constructor(target: Target, parts: ProberParts, podIP: string) {
    this.#target = target;
    this.#parts = parts;
    this.podIP = podIP;
    const now = parts.clock.now();
    const due = target.startedAtMs + (target.probe.initialDelaySeconds ?? 0) * 1000;
    const adopted = target.startedAtMs < parts.startedAtMs && due <= now;
    const wait = adopted ? parts.random.next() * periodMs(target.probe) : Math.max(0, due - now);
    this.#timer = parts.clock.timer(wait, () => void this.#probe());
  }

  /** Never rejects: every failure is a result. */
  async #probe(): Promise<void> {
    const { clock } = this.#parts;
    const startedAtMs = clock.now();
    const result = await this.#attempt();
    if (this.#abort.signal.aborted) return;
    const endedAtMs = clock.now();
    const next = Math.max(0, startedAtMs + periodMs(this.#target.probe) - endedAtMs);
    this.#timer = clock.timer(next, () => void this.#probe());
    this.#take(result, endedAtMs - startedAtMs);
  }

  async #attempt(): Promise<ProbeResult> {
    const { probe, container, containerId } = this.#target;
    const target = { containerId, podIP: this.podIP };
    const means = { ...this.#parts.means, signal: this.#abort.signal };
    let result = await runProbe(probe, container, target, means);
    for (let tries = 1; result.is === "error" && tries < MOST_TRIES && !this.#abort.signal.aborted; tries++) {
      result = await runProbe(probe, container, target, means);
    }
    return result;
  }

  #take(result: ProbeResult, tookMs: number): void {
    const { kind, probe, container, containerId } = this.#target;
    this.#parts.onResult(container.name, kind, result.is);
    const tell = (reason: string, message: string) =>
      this.#parts.onEvent({
        type: "Warning",
        reason,
        message: `${CALLED[kind]} ${message}`,
        container: container.name,
      });
    if (result.is === "failure") tell("Unhealthy", `probe failed: ${result.message}`);
    if (result.is === "warning") tell("ProbeWarning", `probe warning: ${result.message}`);
    if (result.is === "error") {
      tell("Unhealthy", `probe errored and resulted in unknown state: ${result.message}`);
      return;
    }
    const counted = countResult(probe, this.#run, result.is !== "failure");
    this.#run = counted.run;
    if (counted.verdict === undefined) return;
    const verdict = { id: containerId, container: container.name, kind, healthy: counted.verdict, tookMs };
    this.#parts.onVerdict(result.is === "failure" ? { ...verdict, message: result.message } : verdict);
  }

  [Symbol.dispose](): void {
    this.#abort.abort(new Error("the probe is no longer wanted"));
    this.#timer[Symbol.dispose]();
  }
}

const MOST_TRIES = 3;

function periodMs(probe: Probe): number {
  return (probe.periodSeconds ?? 10) * 1000;
}
