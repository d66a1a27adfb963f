import type { Clock, Timer } from "../../../base/clock.ts";
import { delay } from "../../../base/clock.ts";
import type { Random } from "../../../base/random.ts";
import { integerBelow, uuid } from "../../../base/random.ts";
import type {
  Container,
  ContainerConfig,
  ContainerRuntime,
  ContainerStatus,
  ExecResult,
  ExecSession,
  LinuxResources,
  Image,
  RuntimeEvent,
  Sandbox,
  SandboxConfig,
  SandboxStatus,
  Waits,
} from "../../../kubelet/ports/runtime.ts";
import { RuntimeError } from "../../../kubelet/ports/runtime.ts";
import type { Role } from "./role.ts";
import { roleOf } from "./role.ts";

export interface SimRuntimeParts {
  readonly clock: Clock;
  readonly random: Random;
  /** How addresses of pods are made: each sandbox gets the next one. */
  readonly nextIP: () => string;
  /** Overrides what pods say of themselves; for tests. */
  readonly script?: (config: ContainerConfig, sandbox: SandboxConfig) => Partial<Role> | undefined;
}

/** How long the calls take, in virtual milliseconds: the smallest, and how much chance adds. */
const SANDBOX_MS = [60, 40] as const;
const CREATE_MS = [5, 5] as const;
const START_MS = [30, 30] as const;
const STOP_MS = [20, 20] as const;
/** How long a container takes to end at its stop signal. */
const END_MS = [5, 10] as const;
const PULL_MS = [300, 1500] as const;

/**
 * Containers that are only imagined, under the clock that is given: they run for ever unless their pod's annotations (see
 * role.ts) or a script say otherwise. Idle ones cost no timer.
 */
export class SimRuntime implements ContainerRuntime {
  readonly #parts: SimRuntimeParts;
  readonly #sandboxes = new Map<string, SimSandbox>();
  readonly #containers = new Map<string, SimContainer>();
  readonly #listeners = new Set<(event: RuntimeEvent) => void>();
  /** Images that had to be pulled and now are here. */
  readonly #pulled = new Set<string>();

  constructor(parts: SimRuntimeParts) {
    this.#parts = parts;
  }

  version = async () => ({ name: "simulated", version: "1.0.0", apiVersion: "v1" });

  status = async () => [
    { type: "RuntimeReady", status: true, reason: "", message: "" },
    { type: "NetworkReady", status: true, reason: "", message: "" },
  ];

  async runSandbox(config: SandboxConfig, { signal }: Waits): Promise<string> {
    await this.#wait(SANDBOX_MS, signal);
    const id = this.#newId();
    const network = config.namespaces.network;
    const ips = network === "node" ? [] : [this.#parts.nextIP()];
    const { identity, labels, annotations } = config;
    const status: SandboxStatus = {
      id,
      identity,
      ready: true,
      createdAt: this.#now(),
      labels,
      annotations,
      ips,
      network,
    };
    this.#sandboxes.set(id, { config, status });
    return id;
  }

  async stopSandbox(id: string, { signal }: Waits): Promise<void> {
    const sandbox = this.#sandboxes.get(id);
    if (sandbox === undefined) throw new RuntimeError("not-found", `sandbox "${id}" not found`);
    if (!sandbox.status.ready) return;
    await this.#wait(STOP_MS, signal);
    for (const container of this.#containers.values()) {
      if (container.status.sandboxId === id && container.status.state === "running")
        this.#finish(container, 137, "Error");
    }
    sandbox.status = { ...sandbox.status, ready: false };
  }

  async removeSandbox(id: string): Promise<void> {
    for (const [containerId, { status }] of this.#containers)
      if (status.sandboxId === id) this.#containers.delete(containerId);
    this.#sandboxes.delete(id);
  }

  sandboxes = async (): Promise<readonly Sandbox[]> => [...this.#sandboxes.values()].map(({ status }) => status);

  async sandboxStatus(id: string): Promise<SandboxStatus> {
    const sandbox = this.#sandboxes.get(id);
    if (sandbox === undefined) throw new RuntimeError("not-found", `sandbox "${id}" not found`);
    return sandbox.status;
  }

  async createContainer(
    sandboxId: string,
    config: ContainerConfig,
    sandbox: SandboxConfig,
    { signal }: Waits,
  ): Promise<string> {
    await this.#wait(CREATE_MS, signal);
    const id = this.#newId();
    const role = { ...roleOf(sandbox.annotations, config.name), ...this.#parts.script?.(config, sandbox) };
    const status: ContainerStatus = {
      id,
      sandboxId,
      name: config.name,
      attempt: config.attempt,
      state: "created",
      createdAt: this.#now(),
      imageReference: config.image,
      labels: config.labels,
      annotations: config.annotations,
      startedAt: 0n,
      finishedAt: 0n,
      exitCode: 0,
      reason: "",
      message: "",
      logPath: "",
      image: config.userImage,
      imageId: config.image,
      resources: config.resources,
    };
    this.#containers.set(id, { status, role, timer: undefined });
    return id;
  }

  async startContainer(id: string, { signal }: Waits): Promise<void> {
    const container = this.#container(id);
    await this.#wait(START_MS, signal);
    if (container.role.startError !== undefined) {
      container.status = { ...container.status, startedAt: this.#now() };
      this.#finish(container, 128, "StartError", container.role.startError);
      throw new RuntimeError("unknown", container.role.startError);
    }
    container.status = { ...container.status, state: "running", startedAt: this.#now() };
    const { exitAfterMs, exitCode } = container.role;
    if (exitAfterMs === undefined) return;
    const end = () => this.#finish(container, exitCode, exitCode === 0 ? "Completed" : "Error");
    container.timer = this.#parts.clock.timer(exitAfterMs, end);
  }

  async stopContainer(id: string, timeoutSeconds: number, { signal }: Waits): Promise<void> {
    const container = this.#container(id);
    if (container.status.state !== "running") return;
    const { ignoresStop, stopExitCode } = container.role;
    if (ignoresStop) await delay(this.#parts.clock, timeoutSeconds * 1000, { signal });
    else await this.#wait(END_MS, signal);
    const code = ignoresStop ? 137 : stopExitCode;
    if (container.status.state === "running") this.#finish(container, code, code === 0 ? "Completed" : "Error");
  }

  async removeContainer(id: string): Promise<void> {
    this.#containers.get(id)?.timer?.[Symbol.dispose]();
    this.#containers.delete(id);
  }

  containers = async (): Promise<readonly Container[]> => [...this.#containers.values()].map(({ status }) => status);

  containerStatus = async (id: string): Promise<ContainerStatus> => this.#container(id).status;

  async updateResources(id: string, resources: LinuxResources): Promise<void> {
    const container = this.#container(id);
    container.status = { ...container.status, resources };
  }

  reopenLog = async (): Promise<void> => {};

  async pullImage(image: string, _auth: unknown, { signal }: Waits): Promise<string> {
    await this.#wait(PULL_MS, signal);
    if (isUnknown(image)) {
      throw new RuntimeError(
        "not-found",
        `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`,
      );
    }
    this.#pulled.add(image);
    return image;
  }

  /** Images are always here, unless their name begins with `remote/` (pulled once) or `missing/` (never there). */
  async image(reference: string): Promise<Image | undefined> {
    if (isUnknown(reference) || (reference.startsWith("remote/") && !this.#pulled.has(reference))) return undefined;
    return { id: `sha256:${reference}`, tags: [reference], digests: [], sizeBytes: 10_000_000 };
  }

  images = async (): Promise<readonly Image[]> => [];

  removeImage = async (reference: string): Promise<void> => void this.#pulled.delete(reference);

  imageFilesystem = async () => ({ usedBytes: 0, inodesUsed: 0, mountpoint: "/" });

  /** Commands succeed and print themselves; a probe's failure is a role. */
  async execSync(id: string, command: readonly string[]): Promise<ExecResult> {
    const { role, status } = this.#container(id);
    const text = new TextEncoder().encode(`${command.join(" ")}\n`);
    return { exitCode: this.#healthy(role, status) ? 0 : 1, stdout: text, stderr: new Uint8Array(0) };
  }

  exec(): Promise<ExecSession> {
    return Promise.reject(new RuntimeError("unknown", "a simulated container has no processes to talk to"));
  }

  attach(): Promise<ExecSession> {
    return this.exec();
  }

  portForward(): Promise<never> {
    return Promise.reject(new RuntimeError("unknown", "a simulated container listens on no port"));
  }

  stats = async () => [];

  async *events({ signal }: Waits): AsyncGenerator<RuntimeEvent> {
    const queue: RuntimeEvent[] = [];
    let wake = () => {};
    const listener = (event: RuntimeEvent) => {
      queue.push(event);
      wake();
    };
    this.#listeners.add(listener);
    signal.addEventListener("abort", () => wake(), { once: true });
    try {
      while (!signal.aborted) {
        yield* queue.splice(0);
        if (queue.length === 0 && !signal.aborted) await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      this.#listeners.delete(listener);
    }
  }

  /** Whether the container at this address passes a probe now; for the simulated network. */
  isHealthy(ip: string): boolean {
    for (const { status, role } of this.#containers.values()) {
      if (status.state !== "running") continue;
      if (this.#sandboxes.get(status.sandboxId)?.status.ips.includes(ip) === true && this.#healthy(role, status))
        return true;
    }
    return false;
  }

  /** Ends a container as a crash would; for tests. */
  crash(id: string, exitCode = 1): void {
    this.#finish(this.#container(id), exitCode, "Error");
  }

  #healthy(role: Role, { startedAt }: ContainerStatus): boolean {
    const age = this.#parts.clock.now() - Number(startedAt / 1_000_000n);
    return age >= role.healthyAfterMs && (role.unhealthyAfterMs === undefined || age < role.unhealthyAfterMs);
  }

  #finish(container: SimContainer, exitCode: number, reason: string, message = ""): void {
    container.timer?.[Symbol.dispose]();
    container.status = { ...container.status, state: "exited", exitCode, reason, message, finishedAt: this.#now() };
    for (const listener of this.#listeners) listener({ type: "container-stopped", containerId: container.status.id });
  }

  #container(id: string): SimContainer {
    const container = this.#containers.get(id);
    if (container === undefined) throw new RuntimeError("not-found", `container "${id}" not found`);
    return container;
  }

  #wait([shortest, spread]: readonly [number, number], signal: AbortSignal): Promise<void> {
    return delay(this.#parts.clock, shortest + integerBelow(this.#parts.random, spread), { signal });
  }

  #newId(): string {
    return uuid(this.#parts.random).replaceAll("-", "");
  }

  #now(): bigint {
    return BigInt(Math.round(this.#parts.clock.now() * 1000)) * 1000n;
  }
}

interface SimSandbox {
  readonly config: SandboxConfig;
  status: SandboxStatus;
}

interface SimContainer {
  status: ContainerStatus;
  readonly role: Role;
  timer: Timer | undefined;
}

function isUnknown(image: string): boolean {
  return image.startsWith("missing/");
}
