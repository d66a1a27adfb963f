import { parseTime } from "../../../machinery/time.ts";
import { age, since } from "../../columns.ts";
import type { ContainerStateTerminated, ContainerStatus, Pod } from "../../generated/core-v1.ts";
import type { Column } from "../../kind.ts";
import { isSidecar } from "./pod-resources.ts";

/** What `kubectl get pods` shows. */
export const podColumns: readonly Column<Pod>[] = [
  {
    name: "Ready",
    type: "string",
    description: "Ready containers of all that go on running.",
    value: (pod) => {
      const { ready, total } = summaryOf(pod);
      return `${ready}/${total}`;
    },
  },
  {
    name: "Status",
    type: "string",
    description: "The pod's state in one word.",
    value: (pod) => summaryOf(pod).reason,
  },
  {
    name: "Restarts",
    type: "string",
    description: "How often containers were restarted, and when that was last.",
    value: (pod, nowMs) => {
      const { restarts, lastRestart } = summaryOf(pod);
      return restarts === 0 || lastRestart === undefined
        ? `${restarts}`
        : `${restarts} (${since(lastRestart, nowMs)} ago)`;
    },
  },
  age,
  { name: "IP", type: "string", priority: 1, value: ({ status }) => status.podIPs?.[0]?.ip || "<none>" },
  { name: "Node", type: "string", priority: 1, value: ({ spec }) => spec.nodeName || "<none>" },
  { name: "Nominated Node", type: "string", priority: 1, value: ({ status }) => status.nominatedNodeName || "<none>" },
  { name: "Readiness Gates", type: "string", priority: 1, value: readinessGates },
];

export interface PodSummary {
  readonly ready: number;
  readonly total: number;
  /** The word in the column STATUS. */
  readonly reason: string;
  readonly restarts: number;
  /** When a container last ended that was restarted. */
  readonly lastRestart?: string | undefined;
}

/** A pod in a few words. Remembered with the object, which does not change. */
function summaryOf(pod: Pod): PodSummary {
  let summary = summaries.get(pod);
  if (summary === undefined) summaries.set(pod, (summary = summarize(pod)));
  return summary;
}

const summaries = new WeakMap<Pod, PodSummary>();

interface Tally {
  ready: number;
  reason: string;
  restarts: number;
  lastRestart: string | undefined;
}

function summarize(pod: Pod): PodSummary {
  const { spec, status } = pod;
  const conditions = status.conditions ?? [];
  const tally: Tally = { ready: 0, reason: status.reason || status.phase || "", restarts: 0, lastRestart: undefined };
  if (conditions.some(({ type, reason }) => type === "PodScheduled" && reason === "SchedulingGated")) {
    tally.reason = "SchedulingGated";
  }
  const sidecars = new Set((spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
  const total = spec.containers.length + sidecars.size;
  const initializing = countInitContainers(pod, sidecars, tally);
  if (!initializing || isTrue(pod, "Initialized")) {
    tally.restarts = 0;
    tally.lastRestart = undefined;
    for (const container of status.initContainerStatuses ?? []) {
      if (sidecars.has(container.name)) countRestarts(container, tally);
      if (initializing && container === firstUnfinished(pod, sidecars)) break;
    }
    countContainers(pod, tally);
  }
  if (pod.metadata.deletionTimestamp !== undefined) {
    if (status.reason === "NodeLost") tally.reason = "Unknown";
    else if (status.phase !== "Failed" && status.phase !== "Succeeded") tally.reason = "Terminating";
  }
  return { ...tally, total };
}

/** Goes through the init containers up to the one that still has to finish; tells whether there is one. */
function countInitContainers(pod: Pod, sidecars: ReadonlySet<string>, tally: Tally): boolean {
  const unfinished = firstUnfinished(pod, sidecars);
  for (const [index, container] of (pod.status.initContainerStatuses ?? []).entries()) {
    countRestarts(container, tally);
    if (container !== unfinished) {
      if (container.state.terminated?.exitCode !== 0 && container.ready) tally.ready += 1;
      continue;
    }
    const { terminated, waiting } = container.state;
    if (terminated !== undefined) tally.reason = `Init:${endOf(terminated)}`;
    else if (waiting?.reason && waiting.reason !== "PodInitializing") tally.reason = `Init:${waiting.reason}`;
    else tally.reason = `Init:${index}/${pod.spec.initContainers?.length ?? 0}`;
    return true;
  }
  return false;
}

/** The init container that holds the pod back: neither done nor a sidecar that has started. */
function firstUnfinished({ status }: Pod, sidecars: ReadonlySet<string>): ContainerStatus | undefined {
  return status.initContainerStatuses?.find(
    ({ name, state, started }) => state.terminated?.exitCode !== 0 && !(sidecars.has(name) && started === true),
  );
}

function countContainers(pod: Pod, tally: Tally): void {
  let running = false;
  let failure = "";
  for (const container of (pod.status.containerStatuses ?? []).toReversed()) {
    countRestarts(container, tally);
    const { waiting, terminated, running: runs } = container.state;
    if (waiting?.reason) tally.reason = waiting.reason;
    else if (terminated !== undefined) {
      tally.reason = endOf(terminated);
      if (terminated.exitCode !== 0) failure = tally.reason;
    } else if (container.ready && runs !== undefined) {
      running = true;
      tally.ready += 1;
    }
  }
  // A pod of which a part is done and a part still runs is running.
  if (tally.reason !== "Completed") return;
  if (running && isTrue(pod, "Ready")) tally.reason = "Running";
  else if (failure !== "") tally.reason = failure;
  else if (running) tally.reason = "NotReady";
}

function endOf({ reason, signal, exitCode }: ContainerStateTerminated): string {
  if (reason) return reason;
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

function countRestarts(container: ContainerStatus, tally: Tally): void {
  tally.restarts += container.restartCount;
  const ended = container.lastState.terminated?.finishedAt ?? undefined;
  if (ended === undefined) return;
  if (tally.lastRestart === undefined || parseTime(ended) > parseTime(tally.lastRestart)) tally.lastRestart = ended;
}

function isTrue({ status }: Pod, type: string): boolean {
  return status.conditions?.find((condition) => condition.type === type)?.status === "True";
}

function readinessGates(pod: Pod): string {
  const gates = pod.spec.readinessGates ?? [];
  if (gates.length === 0) return "<none>";
  return `${gates.filter(({ conditionType }) => isTrue(pod, conditionType)).length}/${gates.length}`;
}
