import { ControllerRevision } from "../../api/apps/v1/controller-revision.ts";
import { DaemonSet } from "../../api/apps/v1/daemon-set.ts";
import { Node } from "../../api/core/v1/node.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { nameKey } from "../../client/informer.ts";
import { templateHash } from "../../machinery/hash.ts";
import { sameJson } from "../../machinery/same-json.ts";
import {
  type Controller,
  defineController,
  type ReconcileContext,
  settled,
  watched,
} from "../../reconciler/controller.ts";
import { type History, reviseHistory, trimHistory } from "../history/history.ts";
import { createFromTemplate, isTerminatingNamespace, removePod } from "../pods/write.ts";
import { type DaemonPlan, daemonStatus, nextAvailableMs, planDaemons, viewOf } from "./plan.ts";
import { HASH_LABEL, templateFor } from "./placement.ts";

const BURST = 250;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 15 * 60_000;

/** Keeps one pod on every node that fits. */
export function daemonSetController(): Controller {
  const retries = new FailedPods();
  return defineController({
    name: "daemonset",
    user: "system:serviceaccount:kube-system:daemon-set-controller",
    reconciles: DaemonSet,
    owns: [Pod, ControllerRevision],
    claims: ({ spec }) => spec.selector,
    watches: [
      watched(Node, (node, cache, old) => {
        const matters = ({ metadata, spec }: Node) => ({ labels: metadata.labels, taints: spec.taints });
        if (old !== undefined && sameJson(matters(node), matters(old))) return [];
        return cache.list(DaemonSet).map(({ metadata }) => nameKey(metadata));
      }),
    ],
    async reconcile(key, context) {
      const { cache, client, clock, signal } = context;
      const set = cache.get(DaemonSet, key);
      if (set === undefined) retries.forget(key);
      if (set === undefined || set.metadata.deletionTimestamp !== undefined) return settled;
      const history = await historyOf(set, context);
      if (history === undefined) return settled;
      const hash = history.current.metadata.labels?.[HASH_LABEL] ?? history.current.metadata.name;
      const owned = cache.ownedBy(Pod, set);
      const view = viewOf(set, hash, cache.list(Node), owned, clock.now());
      const plan = planDaemons(view, (node) => retries.waitMs(key, node, clock.now()));
      for (const pod of plan.ended) {
        if (pod.status.phase === "Failed") retries.note(key, pod.spec.nodeName ?? "", clock.now());
      }
      const failure = await carryOut(set, plan, hash, context);
      if (failure === undefined) {
        const live = new Set(owned.map(({ metadata }) => metadata.labels?.[HASH_LABEL]));
        await trimHistory(set, history.old, ({ metadata }) => live.has(metadata.labels?.[HASH_LABEL]), context);
      }
      context.because("reports what it counted");
      await client.setStatus(DaemonSet, set, daemonStatus(view), { signal });
      if (failure !== undefined) throw failure;
      const waits = [plan.recheckAfterMs, nextAvailableMs(view)].filter((wait) => wait !== undefined);
      return waits.length === 0 ? settled : { recheckAfterMs: Math.min(...waits) };
    },
  }) as unknown as Controller;
}

async function historyOf(set: DaemonSet, context: ReconcileContext): Promise<History | undefined> {
  const { client, signal } = context;
  const { status, spec, metadata } = set;
  const hash = templateHash(spec.template, status.collisionCount);
  const name = { name: `${metadata.name}-${hash}`, labels: { [HASH_LABEL]: hash } };
  const history = await reviseHistory(set, name, context);
  if (history === undefined) {
    const collisionCount = (status.collisionCount ?? 0) + 1;
    await client.setStatus(DaemonSet, set, { ...status, collisionCount }, { signal });
  }
  return history;
}

/** @returns what went wrong, if anything did. */
async function carryOut(set: DaemonSet, plan: DaemonPlan, hash: string, context: ReconcileContext): Promise<unknown> {
  const { events, inBatches } = context;
  for (const pod of plan.ended) {
    const { namespace, name } = pod.metadata;
    if (pod.status.phase === "Failed") {
      const message = `Found failed daemon pod ${namespace}/${name} on node ${pod.spec.nodeName}, will try to kill it`;
      events.record(set, "Warning", "FailedDaemonPod", message);
    } else {
      const message = `Found succeeded daemon pod ${namespace}/${name} on node ${pod.spec.nodeName}, will try to delete it`;
      events.record(set, "Normal", "SucceededDaemonPod", message);
    }
  }
  try {
    context.because("a node that fits has no pod");
    await inBatches(plan.create.slice(0, BURST), (node) =>
      createFromTemplate(context, set, templateFor(set, node, hash)),
    );
    context.because("the pod has no place there, has ended, or is old");
    await inBatches(plan.remove.slice(0, BURST), (pod) => removePod(context, set, pod));
    return undefined;
  } catch (error) {
    return isTerminatingNamespace(error) ? undefined : error;
  }
}

/** How often pods have failed of late on each node of each set: each time they are replaced later. */
class FailedPods {
  readonly #failures = new Map<string, Map<string, { readonly delayMs: number; readonly atMs: number }>>();

  waitMs(set: string, node: string, nowMs: number): number {
    const known = this.#failures.get(set)?.get(node);
    return known === undefined ? 0 : Math.max(0, known.atMs + known.delayMs - nowMs);
  }

  note(set: string, node: string, nowMs: number): void {
    const nodes = this.#failures.get(set) ?? new Map();
    this.#failures.set(set, nodes);
    const known = nodes.get(node);
    const isRecent = known !== undefined && nowMs - known.atMs < 2 * LONGEST_RETRY_MS;
    nodes.set(node, {
      delayMs: isRecent ? Math.min(known.delayMs * 2, LONGEST_RETRY_MS) : FIRST_RETRY_MS,
      atMs: nowMs,
    });
  }

  forget(set: string): void {
    this.#failures.delete(set);
  }
}
