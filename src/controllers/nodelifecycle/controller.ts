import { Lease } from "../../api/coordination/v1/lease.ts";
import { Node } from "../../api/core/v1/node.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { mergePatch } from "../../client/client.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { isStatus } from "../../machinery/status.ts";
import { formatTime } from "../../machinery/time.ts";
import {
  type Controller,
  defineController,
  type ReconcileContext,
  settled,
  watched,
} from "../../reconciler/controller.ts";
import { conditionOf } from "../conditions.ts";
import { isReady } from "../pods/condition.ts";
import { GRACE_MS, type SignOfLife, signOfLife, unknownConditions } from "./health.ts";
import { type Eviction, isEvicting, wantedTaints } from "./taints.ts";
import { isNodeReady, Zones } from "./zones.ts";

const LEASES = "kube-node-lease";
const PERIOD_MS = 5_000;
/** The elder names of labels follow the present ones. */
const ELDER_LABELS = { "kubernetes.io/os": "beta.kubernetes.io/os", "kubernetes.io/arch": "beta.kubernetes.io/arch" };

/** Notices nodes that have fallen silent for so many ms, and taints nodes by their conditions. */
export function nodeLifecycleController(graceMs = GRACE_MS): Controller {
  const signs = new Map<string, SignOfLife>();
  const registered = new Map<string, Node>();
  const zones = new Zones();
  return defineController({
    name: "node",
    user: "system:serviceaccount:kube-system:node-controller",
    reconciles: Node,
    watches: [
      watched(Lease, ({ metadata }) => (metadata.namespace === LEASES ? [metadata.name] : [])),
      // Whether pods are driven off one node depends on how the others are.
      watched(Node, ({ metadata: { name } }, cache) => zones.track(name, cache.get(Node, name))),
    ],
    async reconcile(key, context) {
      const { cache, clock, events } = context;
      const node = cache.get(Node, key);
      const known = signs.get(key);
      if (node === undefined) {
        const gone = registered.get(key);
        if (gone !== undefined) events.record(gone, "Normal", "RemovingNode", told(key, "Removing Node", "from"));
        registered.delete(key);
        signs.delete(key);
        return settled;
      }
      if (known === undefined) events.record(node, "Normal", "RegisteredNode", told(key, "Registered Node", "in"));
      registered.set(key, node);
      const renewTime = cache.get(Lease, `${LEASES}/${key}`)?.spec?.renewTime;
      const sign = signOfLife(node, renewTime, known, clock.now());
      signs.set(key, sign);
      if (clock.now() - sign.seenMs > graceMs && (await becomesUnknown(node, context))) return { recheckAfterMs: 0 };
      if (conditionOf(node.status.conditions, "Ready")?.status === "Unknown") await markPods(node, context);
      await write(node, evictionOf(node, zones, clock.now()), context);
      // The others of its zone wait behind it; a sign of life is a change by itself.
      if (zones.isFirst(node)) return { recheckAfterMs: PERIOD_MS };
      const leftMs = sign.seenMs + graceMs - clock.now();
      return leftMs < 0 ? settled : { recheckAfterMs: leftMs + PERIOD_MS };
    },
  }) as unknown as Controller;
}

function told(node: string, what: string, where: string): string {
  return `Node ${node} event: ${what} ${node} ${where} Controller`;
}

/** @returns whether the node's status had to be changed. */
async function becomesUnknown(
  node: Node,
  { client, clock, events, because, signal }: ReconcileContext,
): Promise<boolean> {
  const conditions = unknownConditions(node, clock.now());
  if (sameJson(conditions, node.status.conditions)) return false;
  because("nothing has been heard of the node for too long");
  await client.setStatus(Node, node, { ...node.status, conditions }, { signal });
  if (isNodeReady(node)) {
    const { name } = node.metadata;
    events.record(node, "Normal", "NodeNotReady", `Node ${name} status is now: NodeNotReady`);
  }
  return true;
}

/** Nobody knows how the pods of an unreachable node are: they get no more traffic. */
async function markPods({ metadata }: Node, context: ReconcileContext): Promise<void> {
  const { cache, client, clock, events, because, signal } = context;
  const ready = cache.list(Pod).filter((pod) => pod.spec.nodeName === metadata.name && isReady(pod));
  because("the pod's node is not ready");
  for (const pod of ready) {
    const lastTransitionTime = formatTime(clock.now());
    const conditions = pod.status.conditions!.map((condition) =>
      condition.type === "Ready" ? { ...condition, status: "False", lastTransitionTime } : condition,
    );
    try {
      const patch = mergePatch({ metadata: { uid: pod.metadata.uid }, status: { conditions } });
      await client.patch(Pod, pod.metadata, patch, { signal, subresource: "status" });
    } catch (error) {
      if (isStatus(error, "NotFound")) continue;
      throw error;
    }
    events.record(pod, "Warning", "NodeNotReady", "Node is not ready");
  }
}

function evictionOf(node: Node, zones: Zones, nowMs: number): Eviction {
  const ready = conditionOf(node.status.conditions, "Ready");
  if (ready === undefined || ready.status === "True" || zones.nobodyIsReady) return "remove";
  if (isEvicting(node)) return "keep";
  return zones.isNext(node, nowMs) ? "add" : "keep";
}

async function write(
  node: Node,
  eviction: Eviction,
  { client, clock, because, signal }: ReconcileContext,
): Promise<void> {
  const { uid, resourceVersion, labels = {} } = node.metadata;
  const taints = wantedTaints(node, eviction, clock.now());
  const elder: Record<string, string> = {};
  for (const [present, old] of Object.entries(ELDER_LABELS)) {
    const value = labels[present];
    if (value !== undefined && labels[old] !== value) elder[old] = value;
  }
  const relabels = Object.keys(elder).length > 0;
  if (sameJson(taints, node.spec.taints ?? []) && !relabels) return;
  because("the node's taints follow its conditions");
  const metadata = { uid, resourceVersion, ...(relabels ? { labels: elder } : {}) };
  const patch = mergePatch({ metadata, spec: { taints: taints.length === 0 ? null : taints } });
  await client.patch(Node, node.metadata, patch, { signal });
}
