import { PodDisruptionBudget } from "../api/policy/v1/pod-disruption-budget.ts";
import { Pod } from "../api/core/v1/pod.ts";
import type { Cause } from "../base/cause.ts";
import type { Clock } from "../base/clock.ts";
import type { Cache } from "../client/cache.ts";
import { type Client, strategicPatch } from "../client/client.ts";
import type { EventRecorder } from "../client/recorder.ts";
import { matches, selectorOf } from "../machinery/labels.ts";
import { isStatus } from "../machinery/status.ts";
import { formatTime } from "../machinery/time.ts";
import type { Verdict } from "./cycle.ts";
import type { Plugin } from "./plugin.ts";
import type { NodeInfo } from "./node-info.ts";
import type { PodInfo } from "./pod-info.ts";
import { planPreemption, type Preemption } from "./preemption.ts";
import type { SchedulerState } from "./state.ts";
import { preemptionSentence, reasonsByNode, unschedulableSentence } from "./verdict.ts";

export interface OutcomeParts {
  readonly client: Client;
  readonly cache: Cache;
  readonly clock: Clock;
  readonly events: EventRecorder;
  readonly state: SchedulerState;
  readonly plugins: readonly Plugin[];
}

type Fits = Extract<Verdict, { type: "fits" }>;
type Unschedulable = Extract<Verdict, { type: "unschedulable" }>;

/** So many nodes' reasons are kept with a cause. */
const MOST_REASONS = 50;

/** What follows from a verdict: the writes and events that tell of it. */
export function outcomes(parts: OutcomeParts) {
  return {
    async bind(pod: Pod, node: string, verdict: Fits, cause: Cause, signal: AbortSignal): Promise<void> {
      const { name, namespace, uid } = pod.metadata;
      const body = {
        apiVersion: "v1",
        kind: "Binding",
        metadata: { name, namespace: namespace!, uid },
        target: { kind: "Node", name: node },
      };
      const facts = {
        node,
        looked: verdict.looked,
        feasible: verdict.feasible,
        score: verdict.scores.total,
        scores: verdict.scores.byPlugin,
      };
      const because = { ...cause, reason: `${node} fits best of ${verdict.feasible}`, facts };
      await parts.client.createSubresource(Pod as never, { namespace: namespace!, name }, "binding", body, {
        signal,
        cause: because,
      });
      parts.events.record(pod, "Normal", "Scheduled", `Successfully assigned ${namespace}/${name} to ${node}`);
    },

    async unschedulable(info: PodInfo, verdict: Unschedulable, cause: Cause, signal: AbortSignal): Promise<void> {
      const nodes = parts.state.nodes.length;
      const preemption = preempt(parts, info, verdict);
      const message =
        nodes === 0
          ? "no nodes available to schedule pods"
          : unschedulableSentence(verdict, nodes, sentenceOf(preemption, nodes));
      const facts = { nodes: reasonsByNode(verdict.nodes, MOST_REASONS) };
      const because = { ...cause, reason: message, facts };
      const nominated = nominationAfter(preemption, info);
      if (typeof preemption === "object" && preemption.type === "victims") {
        parts.state.nominate(info.pod, nominated!);
        await withdrawLower(parts, info, preemption.node, because, signal);
        await evict(parts, info, preemption, because, signal);
      } else if (nominated === null) parts.state.withdraw(info.key);
      parts.events.record(info.pod, "Warning", "FailedScheduling", message);
      await note(parts, info.pod, { reason: "Unschedulable", message, nominated }, because, signal);
    },

    /** It fits, and yet could not be bound. */
    async failed(pod: Pod, message: string, cause: Cause, signal: AbortSignal): Promise<void> {
      parts.events.record(pod, "Warning", "FailedScheduling", message);
      const failure: Note = { reason: "SchedulerError", message, nominated: null };
      await note(parts, pod, failure, { ...cause, reason: message }, signal);
    },
  };
}

function preempt(
  { state, plugins, cache }: OutcomeParts,
  info: PodInfo,
  verdict: Unschedulable,
): Preemption | "not tried" | undefined {
  if (verdict.refused !== undefined) return "not tried";
  if (verdict.nodes.size === 0) return undefined;
  return planPreemption(info, verdict.nodes, state, plugins, protectedBy(cache));
}

function protectedBy(cache: Cache) {
  const budgets = cache.list(PodDisruptionBudget);
  return ({ pod }: PodInfo) =>
    budgets.some(
      ({ metadata, spec, status }) =>
        metadata.namespace === pod.metadata.namespace &&
        spec.selector !== undefined &&
        matches(selectorOf(spec.selector), pod.metadata.labels ?? {}) &&
        (status.disruptionsAllowed ?? 0) <= 0,
    );
}

/** Kubernetes looks first whether taking back what pods have claimed of devices could help; here none have. */
const NO_CLAIMS = "no new claims to deallocate, ";

function observed({ metadata: { generation } }: Pod): { readonly observedGeneration?: number } {
  return generation === undefined ? {} : { observedGeneration: generation };
}

/** A condition of a pod's, behind those that it has: a strategic patch would put it first. */
function conditionsWith(condition: { readonly type: string }, { status }: Pod): object {
  const others = (status.conditions ?? []).map(({ type }) => type).filter((type) => type !== condition.type);
  return {
    conditions: [condition],
    "$setElementOrder/conditions": [...others, condition.type].map((type) => ({ type })),
  };
}

function sentenceOf(preemption: Preemption | "not tried" | undefined, nodes: number): string {
  // Kubernetes looks for its notes on the pod's devices, which nobody wrote where the pod was refused before that.
  if (preemption === "not tried") return "not found";
  switch (preemption?.type) {
    case "none":
      return `${NO_CLAIMS}preemption: ${preemption.why}`;
    case "unhelpful":
      return `${NO_CLAIMS}${preemptionSentence(preemption.nodes, nodes)}`;
    default:
      return "";
  }
}

/** Where room is made for the pod: null where what it had is given up, undefined where nothing changes. */
function nominationAfter(
  preemption: Preemption | "not tried" | undefined,
  { pod }: PodInfo,
): string | null | undefined {
  if (preemption === "not tried") return undefined;
  if (preemption?.type === "victims") return preemption.node.node!.metadata.name;
  if (preemption?.type === "none" || (pod.status.nominatedNodeName ?? "") === "") return undefined;
  return null;
}

/** Pods of lower priority that waited for room on this node have to look elsewhere. */
async function withdrawLower(
  { client, state }: OutcomeParts,
  { priority }: PodInfo,
  node: NodeInfo,
  cause: Cause,
  signal: AbortSignal,
): Promise<void> {
  for (const other of state.nominatedTo(node)) {
    if (other.priority >= priority) continue;
    state.withdraw(other.key);
    const patch = strategicPatch({ status: { nominatedNodeName: null } });
    try {
      await client.patch(Pod, other.pod.metadata, patch, { subresource: "status", signal, cause });
    } catch (error) {
      if (!isStatus(error, "NotFound", "Conflict")) throw error;
    }
  }
}

/** The victims are told why, and deleted with their grace. */
async function evict(
  { client, clock, events }: OutcomeParts,
  { pod }: PodInfo,
  { victims, node }: Extract<Preemption, { type: "victims" }>,
  cause: Cause,
  signal: AbortSignal,
): Promise<void> {
  const condition = {
    type: "DisruptionTarget",
    status: "True",
    reason: "PreemptionByScheduler",
    message: `${pod.spec.schedulerName ?? "default-scheduler"}: preempting to accommodate a higher priority pod`,
    lastTransitionTime: formatTime(clock.now()),
  };
  for (const { pod: victim } of victims) {
    if (victim.metadata.deletionTimestamp !== undefined) continue;
    try {
      const patch = strategicPatch({ status: conditionsWith({ ...condition, ...observed(victim) }, victim) });
      await client.patch(Pod, victim.metadata, patch, { subresource: "status", signal, cause });
      await client.delete(Pod, victim.metadata, { uid: victim.metadata.uid, signal, cause });
      events.record(
        victim,
        "Normal",
        "Preempted",
        `Preempted by pod ${pod.metadata.uid} on node ${node.node!.metadata.name}`,
      );
    } catch (error) {
      if (!isStatus(error, "NotFound", "Conflict")) throw error;
    }
  }
}

interface Note {
  readonly reason: "Unschedulable" | "SchedulerError";
  readonly message: string;
  /** Where room is made for the pod: null where what it had is given up, undefined where nothing changes. */
  readonly nominated?: string | null | undefined;
}

/** The pod says itself why it waits. */
async function note(
  { client, clock }: OutcomeParts,
  pod: Pod,
  { reason, message, nominated }: Note,
  cause: Cause,
  signal: AbortSignal,
): Promise<void> {
  const present = pod.status.conditions?.find(({ type }) => type === "PodScheduled");
  const same = present?.status === "False" && present.reason === reason && present.message === message;
  if (same && (nominated === undefined || nominated === pod.status.nominatedNodeName)) return;
  const condition = {
    type: "PodScheduled",
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    status: "False",
    reason,
    message,
    lastProbeTime: null,
    lastTransitionTime: present?.status === "False" ? present.lastTransitionTime : formatTime(clock.now()),
  };
  const status = { conditions: [condition], ...(nominated === undefined ? {} : { nominatedNodeName: nominated }) };
  await client.patch(Pod, pod.metadata, strategicPatch({ status }), { subresource: "status", signal, cause });
}
