import type { ContainerStatus, Pod, PodCondition, PodStatus } from "../../api/generated/core-v1.ts";
import { formatTime } from "../../machinery/time.ts";
import { isSidecar, onHostNetwork } from "../containers/names.ts";
import { qosClassOf } from "../../api/core/v1/pod-qos.ts";
import { planSandbox } from "../pod-life/plan.ts";
import type { Failure, PodLife } from "../pod-life/state.ts";
import { hasRun, KUBELET_CONDITIONS, podConditions } from "./conditions.ts";
import { containerStatus } from "./container-statuses.ts";
import { RESIZE_CONDITIONS, resizeConditions } from "./resize-conditions.ts";
import type { Phase } from "./phase.ts";
import { podPhase } from "./phase.ts";

/** What a pod's status needs of its node. */
export interface StatusNode {
  /** The node's addresses, the primary one first. */
  readonly hostIPs: readonly string[];
  readonly runtime: string;
}

/**
 * The status of a pod, from all that is known of it.
 * @param previous what was last said, by this kubelet or, after its restart, by the API.
 */
export function podStatus(life: PodLife, previous: PodStatus, node: StatusNode, nowMs: number): PodStatus {
  const { pod } = life;
  const terminal = life.stage.at === "releasing" || life.stage.at === "ended" || life.stage.at === "gone";
  const context = { life, runtime: node.runtime, terminal };
  const of = (list: readonly ContainerStatus[] | undefined, name: string) => list?.find((one) => one.name === name);
  const init = (pod.spec.initContainers ?? []).map((container) =>
    containerStatus(
      container,
      isSidecar(container) ? "sidecar" : "init",
      of(previous.initContainerStatuses, container.name),
      context,
    ),
  );
  const main = pod.spec.containers.map((container) =>
    containerStatus(container, "container", of(previous.containerStatuses, container.name), context),
  );
  const ephemeral = (pod.spec.ephemeralContainers ?? []).map((container) =>
    containerStatus(container, "ephemeral", of(previous.ephemeralContainerStatuses, container.name), context),
  );
  const inferred = withInferredInit(pod, life, init);
  const [initStatuses, mainStatuses] = terminal ? settled(inferred, main) : [inferred, main];
  const statuses = new Map([...initStatuses, ...mainStatuses].map((status) => [status.name, status]));
  const failure = failureOf(life);
  const kept = (pod.status.conditions ?? []).filter(({ type }) => !OWN_CONDITIONS.includes(type));
  if (failure?.refused === true) return refusedStatus(pod, failure, kept, previous, nowMs);
  const phase = phaseOf(life, statuses, terminal, failure, previous);
  const sandboxReady = !terminal && life.volumes.is !== "absent" && planSandbox(life).need === "none";
  const conditions = podConditions(pod, statuses, phase, sandboxReady, kept);
  const said = failure ?? (phase === previous.phase ? previous : {});
  return {
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    phase,
    conditions: [
      ...kept.filter(({ type }) => failure?.disruption === undefined || type !== DISRUPTION),
      ...disruption(failure).map((condition) =>
        timed(condition, previous.conditions ?? [], pod.metadata.generation, nowMs),
      ),
      ...(terminal ? [] : resizeConditions(life.resize)),
      ...conditions.map((condition) => timed(condition, previous.conditions ?? [], pod.metadata.generation, nowMs)),
    ],
    ...(said.message === undefined ? {} : { message: said.message }),
    ...(said.reason === undefined ? {} : { reason: said.reason }),
    ...addresses(pod, life, previous, node),
    startTime: previous.startTime ?? formatTime(nowMs),
    ...(initStatuses.length === 0 ? {} : { initContainerStatuses: initStatuses }),
    containerStatuses: mainStatuses.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    qosClass: qosClassOf(pod.spec),
    ...(ephemeral.length === 0 ? {} : { ephemeralContainerStatuses: ephemeral }),
    ...(previous.resourceClaimStatuses === undefined ? {} : { resourceClaimStatuses: previous.resourceClaimStatuses }),
    ...(previous.nominatedNodeName === undefined ? {} : { nominatedNodeName: previous.nominatedNodeName }),
  };
}

const OWN_CONDITIONS = [...KUBELET_CONDITIONS, ...RESIZE_CONDITIONS];

const DISRUPTION = "DisruptionTarget";

function disruption(failure: Failure | undefined) {
  if (failure?.disruption === undefined) return [];
  return [{ type: DISRUPTION, status: "True", reason: failure.disruption, message: failure.message } as const];
}

/** Kubernetes says nothing of containers that the node never took, so that `kubectl get` shows the reason. */
function refusedStatus(
  pod: Pod,
  { reason, message }: Failure,
  conditions: readonly PodCondition[],
  previous: PodStatus,
  nowMs: number,
): PodStatus {
  return {
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    phase: "Failed",
    conditions,
    message,
    reason,
    startTime: previous.startTime ?? formatTime(nowMs),
    qosClass: qosClassOf(pod.spec),
  };
}

function failureOf(life: PodLife): Failure | undefined {
  return "failure" in life.stage ? life.stage.failure : undefined;
}

/** Pods never leave Succeeded or Failed. */
function phaseOf(
  life: PodLife,
  statuses: ReadonlyMap<string, ContainerStatus>,
  terminal: boolean,
  failure: Failure | undefined,
  previous: PodStatus,
): Phase {
  for (const known of [life.pod.status.phase, previous.phase]) {
    if (known === "Succeeded" || known === "Failed") return known;
  }
  if (failure !== undefined) return "Failed";
  const initialized = life.pod.spec.containers.some(({ name }) => hasRun(statuses.get(name)));
  return podPhase(life.pod, statuses, terminal, initialized);
}

/** An init container that was removed from the runtime must have succeeded where main containers have been created. */
function withInferredInit(pod: Pod, life: PodLife, init: readonly ContainerStatus[]): readonly ContainerStatus[] {
  const created = pod.spec.containers.some(({ name }) => life.containers.some((container) => container.name === name));
  if (!created) return init;
  return init.map((status, index) => {
    const unseen = !life.containers.some((container) => container.name === status.name);
    if (isSidecar(pod.spec.initContainers![index]!) || !unseen || status.state?.waiting === undefined) return status;
    const terminated = {
      reason: "Completed",
      message:
        "Unable to get init container status from container runtime and pod has been initialized, treat it as exited normally",
      exitCode: 0,
      startedAt: null,
      finishedAt: null,
    };
    return { ...status, state: { terminated }, ready: true };
  });
}

/** Once a pod has ended, a container that is not known to have ended gets the benefit of no doubt. */
function settled(
  init: readonly ContainerStatus[],
  main: readonly ContainerStatus[],
): [readonly ContainerStatus[], readonly ContainerStatus[]] {
  const ran = [...init, ...main].some(hasRun);
  if (!ran) return [init, main];
  const settle = (status: ContainerStatus): ContainerStatus => {
    if (status.state?.terminated !== undefined || status.lastState?.terminated !== undefined) return status;
    const terminated = {
      reason: "ContainerStatusUnknown",
      message: "The container could not be located when the pod was terminated",
      exitCode: 137,
      startedAt: null,
      finishedAt: null,
    };
    return { ...status, state: { terminated }, ready: false, started: false };
  };
  return [init, main.some(hasRun) ? main.map(settle) : main];
}

function addresses(pod: Pod, life: PodLife, previous: PodStatus, node: StatusNode): Partial<PodStatus> {
  const [hostIP] = node.hostIPs;
  const sandboxIPs = life.sandboxes[0]?.ips ?? [];
  const known = sandboxIPs.length > 0 ? sandboxIPs : (previous.podIPs ?? []).map(({ ip }) => ip ?? "");
  const podIPs = onHostNetwork(pod) ? (known.length > 0 ? known : node.hostIPs) : known;
  return {
    ...(hostIP === undefined ? {} : { hostIP, hostIPs: node.hostIPs.map((ip) => ({ ip })) }),
    ...(podIPs.length === 0 ? {} : { podIP: podIPs[0]!, podIPs: podIPs.map((ip) => ({ ip })) }),
  };
}

function timed(
  verdict: Pick<PodCondition, "type" | "status" | "reason" | "message">,
  previous: readonly PodCondition[],
  generation: number | undefined,
  nowMs: number,
): PodCondition {
  const before = previous.find(({ type }) => type === verdict.type);
  const unchanged = before?.status === verdict.status && before.lastTransitionTime !== undefined;
  return {
    ...verdict,
    lastProbeTime: null,
    lastTransitionTime: unchanged ? before.lastTransitionTime! : formatTime(nowMs),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
}
