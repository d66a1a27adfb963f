import type { NodeCondition, NodeStatus } from "../../api/generated/core-v1.ts";
import {
  formatQuantity,
  parseQuantity,
  quantityOf,
  signOf,
  subtractQuantities,
  zeroQuantity,
} from "../../machinery/quantity.ts";
import { formatTime } from "../../machinery/time.ts";
import type { MachineFacts } from "../ports/machine.ts";
import type { Image, RuntimeCondition } from "../ports/runtime.ts";

/** All that a node's status is made of. */
export interface NodeFacts {
  readonly machine: MachineFacts;
  readonly hostname: string;
  readonly addresses: readonly string[];
  readonly maxPods: number;
  /** What is kept for the system, by resource. */
  readonly reserved: Readonly<Record<string, string>>;
  readonly kubeletPort: number;
  /** As `containerd://2.1.0`. */
  readonly runtimeVersion: string;
  readonly kubeletVersion: string;
  readonly conditions: readonly RuntimeCondition[];
  /** Why the runtime cannot be asked, undefined while it answers. */
  readonly runtimeError: string | undefined;
  readonly shuttingDown: boolean;
  readonly images: readonly Image[];
}

const MOST_IMAGES = 50;
const MOST_NAMES = 5;

/** The status of a node. Heartbeat times are left as they were where nothing else differs; see `withHeartbeat`. */
export function nodeStatus(facts: NodeFacts, previous: NodeStatus, nowMs: number): NodeStatus {
  // Resources that others have told of (a device, an administrator) stay.
  const capacity = { ...previous.capacity, ...capacityOf(facts) };
  return {
    ...previous,
    capacity,
    allocatable: Object.fromEntries(
      Object.entries(capacity).map(([name, amount]) => [name, allocatableOf(name, amount, facts)]),
    ),
    conditions: conditionsOf(facts, previous.conditions ?? [], nowMs),
    addresses: [
      ...facts.addresses.map((address) => ({ type: "InternalIP", address })),
      { type: "Hostname", address: facts.hostname },
    ],
    daemonEndpoints: { kubeletEndpoint: { Port: facts.kubeletPort } },
    nodeInfo: {
      machineID: facts.machine.machineId,
      systemUUID: facts.machine.systemUuid,
      bootID: facts.machine.bootId,
      kernelVersion: facts.machine.kernelVersion,
      osImage: facts.machine.osImage,
      containerRuntimeVersion: facts.runtimeVersion,
      kubeletVersion: facts.kubeletVersion,
      kubeProxyVersion: "",
      operatingSystem: facts.machine.operatingSystem,
      architecture: facts.machine.architecture,
      ...(facts.machine.swapBytes === 0 ? {} : { swap: { capacity: facts.machine.swapBytes } }),
    },
    ...imagesOf(facts.images),
  } as NodeStatus;
}

/** The same with the time of now: what is sent every five minutes although nothing differs. */
export function withHeartbeat(status: NodeStatus, nowMs: number): NodeStatus {
  const lastHeartbeatTime = formatTime(nowMs);
  return { ...status, conditions: (status.conditions ?? []).map((condition) => ({ ...condition, lastHeartbeatTime })) };
}

/** The labels that every node has. */
export function nodeLabels(hostname: string, machine: MachineFacts): Readonly<Record<string, string>> {
  return {
    "beta.kubernetes.io/arch": machine.architecture,
    "beta.kubernetes.io/os": machine.operatingSystem,
    "kubernetes.io/arch": machine.architecture,
    "kubernetes.io/hostname": hostname,
    "kubernetes.io/os": machine.operatingSystem,
  };
}

/** The events that tell a change of conditions: reasons such as `NodeReady`. */
export function turnedConditions(before: readonly NodeCondition[], now: readonly NodeCondition[]): readonly string[] {
  return now.flatMap(({ type, status }) => {
    if (before.find((condition) => condition.type === type)?.status === status) return [];
    return TURNS[type]?.[status === "True" ? 0 : 1] ?? [];
  });
}

const TURNS: Readonly<Record<string, readonly [string, string]>> = {
  Ready: ["NodeReady", "NodeNotReady"],
  MemoryPressure: ["NodeHasInsufficientMemory", "NodeHasSufficientMemory"],
  DiskPressure: ["NodeHasDiskPressure", "NodeHasNoDiskPressure"],
  PIDPressure: ["NodeHasInsufficientPID", "NodeHasSufficientPID"],
};

function capacityOf({ machine, maxPods }: NodeFacts): Record<string, string> {
  const bytes = (count: number) => formatQuantity(quantityOf(count, "BinarySI"));
  return {
    cpu: String(machine.cpus),
    "ephemeral-storage": bytes(machine.ephemeralStorageBytes),
    memory: bytes(machine.memoryBytes),
    pods: String(maxPods),
  };
}

function allocatableOf(name: string, amount: string, { reserved }: NodeFacts): string {
  const reservation = reserved[name];
  if (reservation === undefined) return amount;
  const left = subtractQuantities(parseQuantity(amount), parseQuantity(reservation));
  return formatQuantity(signOf(left) < 0 ? zeroQuantity : left);
}

function conditionsOf(facts: NodeFacts, previous: readonly NodeCondition[], nowMs: number): readonly NodeCondition[] {
  const now = formatTime(nowMs);
  const own = [
    {
      type: "MemoryPressure",
      status: "False",
      reason: "KubeletHasSufficientMemory",
      message: "kubelet has sufficient memory available",
    },
    {
      type: "DiskPressure",
      status: "False",
      reason: "KubeletHasNoDiskPressure",
      message: "kubelet has no disk pressure",
    },
    {
      type: "PIDPressure",
      status: "False",
      reason: "KubeletHasSufficientPID",
      message: "kubelet has sufficient PID available",
    },
    readyCondition(facts),
  ];
  const kept = previous.filter(({ type }) => !own.some((condition) => condition.type === type));
  return [
    ...kept,
    ...own.map((condition) => {
      const before = previous.find(({ type }) => type === condition.type);
      const same = before?.status === condition.status;
      const heartbeat = same && before.reason === condition.reason && before.message === condition.message;
      return {
        ...condition,
        lastHeartbeatTime: heartbeat ? before.lastHeartbeatTime : now,
        lastTransitionTime: same ? before.lastTransitionTime : now,
      } as NodeCondition;
    }),
  ];
}

function readyCondition({
  conditions,
  runtimeError,
  shuttingDown,
}: NodeFacts): Pick<NodeCondition, "type" | "status" | "reason" | "message"> {
  const problems: string[] = [];
  if (runtimeError !== undefined) problems.push(`container runtime is down: ${runtimeError}`);
  for (const { type, status, reason, message } of conditions) {
    if (status) continue;
    const called = type === "NetworkReady" ? "container runtime network not ready" : "container runtime not ready";
    problems.push(`${called}: ${type}=false reason:${reason} message:${message}`);
  }
  if (shuttingDown) problems.push("node is shutting down");
  return problems.length === 0
    ? { type: "Ready", status: "True", reason: "KubeletReady", message: "kubelet is posting ready status" }
    : { type: "Ready", status: "False", reason: "KubeletNotReady", message: joined(problems) };
}

function joined(texts: readonly string[]): string {
  return texts.length === 1 ? texts[0]! : `[${texts.join(", ")}]`;
}

/** The largest images, as the scheduler prefers nodes that have them. */
function imagesOf(images: readonly Image[]): Pick<NodeStatus, "images"> {
  const listed = images
    .toSorted((a, b) => b.sizeBytes - a.sizeBytes)
    .slice(0, MOST_IMAGES)
    .map(({ digests, tags, sizeBytes }) => ({ names: [...digests, ...tags].slice(0, MOST_NAMES), sizeBytes }));
  return listed.length === 0 ? {} : { images: listed };
}
