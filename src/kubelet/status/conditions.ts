import type { ContainerStatus, Pod, PodCondition } from "../../api/generated/core-v1.ts";
import { isSidecar } from "../containers/names.ts";
import type { Phase } from "./phase.ts";

type Verdict = Pick<PodCondition, "type" | "status" | "reason" | "message">;
type Statuses = ReadonlyMap<string, ContainerStatus>;

/** The conditions that the kubelet owns, without times; the others of `kept` count as readiness gates. */
export function podConditions(
  pod: Pod,
  statuses: Statuses,
  phase: Phase,
  sandboxReady: boolean,
  kept: readonly PodCondition[],
): readonly Verdict[] {
  const containersReady = containersReadyCondition(pod, statuses, phase);
  return [
    verdict("PodReadyToStartContainers", sandboxReady),
    initializedCondition(pod, statuses, phase),
    readyCondition(pod, containersReady, kept),
    containersReady,
    verdict("PodScheduled", true),
  ];
}

export const KUBELET_CONDITIONS: readonly string[] = [
  "PodReadyToStartContainers",
  "Initialized",
  "Ready",
  "ContainersReady",
  "PodScheduled",
];

function containersReadyCondition(pod: Pod, statuses: Statuses, phase: Phase): Verdict {
  const type = "ContainersReady";
  const names = [...(pod.spec.initContainers ?? []).filter(isSidecar), ...pod.spec.containers].map(({ name }) => name);
  const unknown = names.filter((name) => !statuses.has(name));
  const unready = names.filter((name) => statuses.get(name)?.ready === false);
  if (phase === "Succeeded" && unknown.length === 0) return verdict(type, false, "PodCompleted");
  if (phase === "Failed") return verdict(type, false, "PodFailed");
  const messages = [...listed("unknown", unknown), ...listed("unready", unready)];
  if (messages.length > 0) return verdict(type, false, "ContainersNotReady", messages.join(", "));
  return verdict(type, true);
}

function readyCondition(pod: Pod, containersReady: Verdict, kept: readonly PodCondition[]): Verdict {
  if (containersReady.status !== "True") return { ...containersReady, type: "Ready" };
  const messages: string[] = [];
  for (const { conditionType } of pod.spec.readinessGates ?? []) {
    const condition = kept.find(({ type }) => type === conditionType);
    if (condition === undefined) {
      messages.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    } else if (condition.status !== "True") {
      messages.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`);
    }
  }
  if (messages.length > 0) return verdict("Ready", false, "ReadinessGatesNotReady", messages.join(", "));
  return verdict("Ready", true);
}

function initializedCondition(pod: Pod, statuses: Statuses, phase: Phase): Verdict {
  const type = "Initialized";
  const unknown: string[] = [];
  const incomplete: string[] = [];
  for (const container of pod.spec.initContainers ?? []) {
    const status = statuses.get(container.name);
    if (status === undefined) unknown.push(container.name);
    else if (!(isSidecar(container) ? status.started === true : status.ready)) incomplete.push(container.name);
  }
  if (phase === "Succeeded" && unknown.length === 0) return verdict(type, true, "PodCompleted");
  const messages = [...listed("unknown", unknown), ...listed("incomplete", incomplete)];
  const started = pod.spec.containers.some(({ name }) => hasRun(statuses.get(name)));
  if (started || messages.length === 0) return verdict(type, true);
  return verdict(type, false, "ContainersNotInitialized", messages.join(", "));
}

/** Has a container of this name been started at any time? */
export function hasRun(status: ContainerStatus | undefined): boolean {
  return (
    status?.state?.running !== undefined ||
    status?.state?.terminated !== undefined ||
    status?.lastState?.terminated !== undefined
  );
}

function listed(what: string, names: readonly string[]): string[] {
  return names.length === 0 ? [] : [`containers with ${what} status: [${names.join(" ")}]`];
}

function verdict(type: string, holds: boolean, reason?: string, message?: string): Verdict {
  return {
    type,
    status: holds ? "True" : "False",
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
  };
}
