import type { Kind } from "../../api/kind.ts";
import type { KindRegistry } from "../../api/registry.ts";
import { mergePatch } from "../../client/client.ts";
import type { KubeObject, OwnerReference } from "../../machinery/object.ts";
import { isStatus } from "../../machinery/status.ts";
import {
  type Controller,
  defineController,
  type ReconcileContext,
  type ReconcileResult,
  settled,
} from "../../reconciler/controller.ts";
import { type GraphNode, OwnerGraph } from "./graph.ts";
import {
  awaitsDependents,
  blocks,
  FOREGROUND,
  type JudgedOwner,
  ORPHAN,
  orphansDependents,
  type OwnerState,
  planCollection,
} from "./plan.ts";

/** When to look again at a reference to a kind that nobody serves, in milliseconds. */
const UNKNOWN_KIND_MS = 30_000;

/**
 * Deletes what has lost all its owners, and carries out foreground and orphaning deletions. The caches say what there is;
 * that something is not there is believed only after the server was asked.
 */
export function garbageCollector(registry: KindRegistry): Controller {
  const graph = new OwnerGraph(registry);
  return defineController({
    name: "garbage-collector",
    user: "system:serviceaccount:kube-system:generic-garbage-collector",
    workers: 20,
    everyKind: {
      registry,
      includes: isCollected,
      keys: (kind, change, cache) => graph.observe(kind, change, cache),
    },
    async reconcile(key, context) {
      const node = graph.node(key, context.cache);
      if (node === undefined) return settled;
      const { object } = node;
      if (orphansDependents(object)) return orphan(node, graph, context);
      if (awaitsDependents(object)) return awaitDependents(node, graph, context);
      return object.metadata.deletionTimestamp === undefined ? collect(node, graph, context) : settled;
    },
  });
}

/** Events come and go by themselves, and other views of a kind show the same objects. */
function isCollected({ verbs, view, stored, plural, group }: Kind): boolean {
  if (view !== undefined || stored === false || (plural === "events" && (group === "" || group === "events.k8s.io"))) {
    return false;
  }
  return ["list", "watch", "delete"].every((verb) => verbs.includes(verb));
}

/** Deletes the object if nobody owns it any more. */
async function collect(node: GraphNode, graph: OwnerGraph, context: ReconcileContext): Promise<ReconcileResult> {
  const { kind, object } = node;
  const { cache, client, signal } = context;
  const owners: JudgedOwner[] = [];
  for (const reference of object.metadata.ownerReferences ?? []) {
    const state = await judge(reference, object, graph, context);
    if (state === undefined) return { recheckAfterMs: UNKNOWN_KIND_MS };
    owners.push({ reference, state });
  }
  const plan = planCollection(object, owners, () =>
    graph.dependents(object, cache).map((dependent) => dependent.object),
  );
  if (plan.type === "keep") return settled;
  if (plan.type === "release") {
    context.because("some of its owners are gone");
    await patch(node, { ownerReferences: plan.ownerReferences }, context);
    return settled;
  }
  context.because("all its owners are gone");
  if (plan.unblocks) {
    const ownerReferences = object.metadata.ownerReferences!.map((reference) => ({
      ...reference,
      blockOwnerDeletion: false,
    }));
    await patch(node, { ownerReferences }, context);
  }
  const { uid, resourceVersion } = object.metadata;
  // The patch made another version of it.
  const preconditions = plan.unblocks ? { uid } : { uid, resourceVersion };
  await client
    .delete(kind, object.metadata, { preconditions, propagationPolicy: plan.policy, signal })
    .catch((error: unknown) => {
      if (!isStatus(error, "NotFound")) throw error;
    });
  return settled;
}

/** What has become of an owner; undefined where that cannot be said. */
async function judge(
  reference: OwnerReference,
  object: KubeObject,
  graph: OwnerGraph,
  { cache, client, events, signal }: ReconcileContext,
): Promise<OwnerState | undefined> {
  const known = graph.owner(reference, object, cache);
  if (known !== undefined) return awaitsDependents(known.object) ? "waiting" : "solid";
  const found = graph.find(reference, object);
  if (found.type === "unreachable") {
    const { apiVersion, kind, name, uid } = reference;
    const text = `[${apiVersion}/${kind}, namespace: , name: ${name}, uid: ${uid}]`;
    events.record(object, "Warning", "OwnerRefInvalidNamespace", `ownerRef ${text} does not exist in namespace ""`);
  }
  if (found.type !== "kind") return undefined;
  const { kind, namespace } = found;
  const name = { name: reference.name, ...(namespace === undefined ? {} : { namespace }) };
  try {
    const owner = await client.get(kind, name, { signal });
    if (owner.metadata.uid !== reference.uid) return "absent";
    return awaitsDependents(owner) ? "waiting" : "solid";
  } catch (error) {
    if (isStatus(error, "NotFound")) return "absent";
    throw error;
  }
}

/** Sets free what a deleted object owns, then lets it go. */
async function orphan(node: GraphNode, graph: OwnerGraph, context: ReconcileContext): Promise<ReconcileResult> {
  const { object } = node;
  const { uid } = object.metadata;
  context.because("its owner is deleted without it");
  for (const dependent of graph.dependents(object, context.cache)) {
    const ownerReferences = dependent.object.metadata.ownerReferences!.filter((reference) => reference.uid !== uid);
    await patch(dependent, { ownerReferences }, context);
  }
  context.because("nothing depends on it any more");
  await withoutFinalizer(node, ORPHAN, context);
  return settled;
}

/** Lets an object go that is deleted in the foreground, once nothing is left that blocks it. */
async function awaitDependents(
  node: GraphNode,
  graph: OwnerGraph,
  context: ReconcileContext,
): Promise<ReconcileResult> {
  const { object } = node;
  const blocking = graph
    .dependents(object, context.cache)
    .filter((dependent) => blocks(dependent.object, object.metadata.uid));
  if (blocking.length > 0) return settled;
  context.because("nothing that blocks its deletion is left");
  await withoutFinalizer(node, FOREGROUND, context);
  return settled;
}

async function withoutFinalizer(node: GraphNode, finalizer: string, context: ReconcileContext): Promise<void> {
  const finalizers = (node.object.metadata.finalizers ?? []).filter((name) => name !== finalizer);
  await patch(node, { finalizers }, context);
}

/** Changes metadata of the very version that was seen. */
async function patch(
  { kind, object }: GraphNode,
  changes: Pick<KubeObject["metadata"], "finalizers" | "ownerReferences">,
  { client, signal }: ReconcileContext,
): Promise<void> {
  const { uid, resourceVersion } = object.metadata;
  const metadata = { uid, resourceVersion, ...changes };
  await client.patch(kind, object.metadata, mergePatch({ metadata }), { signal }).catch((error: unknown) => {
    if (!isStatus(error, "NotFound")) throw error;
  });
}
