import type { Kind } from "../../api/kind.ts";
import type { KindRegistry } from "../../api/registry.ts";
import { Namespace } from "../../api/core/v1/namespace.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { isStatus } from "../../machinery/status.ts";
import {
  type Controller,
  defineController,
  type ReconcileContext,
  type ReconcileResult,
  settled,
  watched,
} from "../../reconciler/controller.ts";
import { deletionStatus, podGraceSeconds, type Remains, remainsOf } from "./plan.ts";

const FINALIZER = "kubernetes";

/** Empties a namespace that is to be deleted, pods first, and lets it go once nothing is left. */
export function namespaceController(registry: KindRegistry): Controller {
  return defineController({
    name: "namespace",
    reconciles: Namespace,
    watches: [
      watched(Pod, ({ metadata }, cache) => {
        const namespace = metadata.namespace!;
        const isGoing = cache.get(Namespace, namespace)?.metadata.deletionTimestamp !== undefined;
        // The rest of the namespace waits for its last pod.
        return isGoing && cache.list(Pod, namespace).length === 0 ? [namespace] : [];
      }),
    ],
    async reconcile(key, context) {
      const namespace = context.cache.get(Namespace, key);
      if (namespace?.metadata.deletionTimestamp === undefined) return settled;
      if (namespace.spec.finalizers?.includes(FINALIZER) !== true) return settled;
      return empty(namespace, registry, context);
    },
  }) as unknown as Controller;
}

async function empty(
  namespace: Namespace,
  registry: KindRegistry,
  context: ReconcileContext,
): Promise<ReconcileResult> {
  const { client, clock, signal } = context;
  const kinds = registry.all().filter(isContent);
  context.because("the namespace is to be deleted");
  const pods = await clear(Pod as unknown as Kind, namespace, context);
  const remains = [pods];
  const others = kinds.filter((kind) => kind.group !== "" || kind.plural !== "pods");
  if (pods.count === 0) for (const kind of others) remains.push(await clear(kind, namespace, context));
  const status = deletionStatus(namespace.status, remains, pods.count === 0, clock.now());
  const told = await client.setStatus(Namespace, namespace, status, { signal });
  const failures = remains.flatMap(({ failure }) => (failure === undefined ? [] : [failure]));
  if (failures.length > 0) throw new Error(failures.join(", "));
  const takesSeconds = Math.max(...remains.map((left) => left.takesSeconds));
  if (takesSeconds > 0) return { recheckAfterMs: (Math.floor(takesSeconds / 2) + 1) * 1000 };
  const finalizers = (told.spec.finalizers ?? []).filter((name) => name !== FINALIZER);
  const finalized = { ...told, spec: { ...told.spec, finalizers } };
  await client.update(Namespace, finalized, { subresource: "finalize", signal }).catch((error: unknown) => {
    if (!isStatus(error, "NotFound")) throw error;
  });
  return settled;
}

/** Other views of a kind hold the same objects. */
function isContent({ namespaced, verbs, stored, view }: Kind): boolean {
  return namespaced && stored !== false && view === undefined && verbs.includes("delete") && verbs.includes("list");
}

/** Asks all objects of a kind to go, and says what is left. */
async function clear(kind: Kind, { metadata }: Namespace, context: ReconcileContext): Promise<Remains> {
  const { client, clock, signal } = context;
  const inNamespace = { namespace: metadata.name, signal };
  try {
    const { items } = await client.list(kind, inNamespace);
    if (items.length === 0) return remainsOf(kind, metadata.name, [], 0);
    const isPods = kind.group === "" && kind.plural === "pods";
    const grace = isPods ? podGraceSeconds(items as unknown as Pod[], metadata.deletionTimestamp!, clock.now()) : 0;
    if (kind.verbs.includes("deletecollection")) await client.deleteCollection(kind, inNamespace);
    else for (const item of items) await client.delete(kind, item.metadata, { signal });
    const left = await client.list(kind, inNamespace);
    return remainsOf(kind, metadata.name, left.items, grace);
  } catch (error) {
    if (signal.aborted) throw error;
    const failure = error instanceof Error ? error.message : String(error);
    return { ...remainsOf(kind, metadata.name, [], 0), failure };
  }
}
