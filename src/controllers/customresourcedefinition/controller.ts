import { CLEANUP_FINALIZER, CustomResourceDefinition } from "../../api/apiextensions/v1/custom-resource-definition.ts";
import type { Kind } from "../../api/kind.ts";
import type { KindRegistry } from "../../api/registry.ts";
import { nameKey } from "../../client/informer.ts";
import { setCondition } from "../../machinery/conditions.ts";
import { isStatus } from "../../machinery/status.ts";
import { formatTime } from "../../machinery/time.ts";
import {
  type Controller,
  defineController,
  type ReconcileContext,
  type ReconcileResult,
  settled,
  watched,
} from "../../reconciler/controller.ts";
import { definitionStatus } from "./plan.ts";

/** How often it looks whether the objects of a definition that goes are gone. */
const RECHECK_MS = 1_000;

/** Accepts the names of definitions, and empties those that are to be deleted. */
export function customResourceDefinitionController(registry: KindRegistry): Controller {
  return defineController({
    name: "customresourcedefinition",
    user: "system:apiserver",
    reconciles: CustomResourceDefinition,
    watches: [
      // Names that one definition gives up, another may have waited for.
      watched(CustomResourceDefinition, ({ spec }, cache) =>
        cache
          .list(CustomResourceDefinition)
          .filter((other) => other.spec.group === spec.group)
          .map(({ metadata }) => nameKey(metadata)),
      ),
    ],
    async reconcile(key, context) {
      const { cache, client, clock, because, signal } = context;
      const definition = cache.get(CustomResourceDefinition, key);
      if (definition === undefined) return settled;
      if (definition.metadata.deletionTimestamp !== undefined) return empty(definition, registry, context);
      const others = cache
        .list(CustomResourceDefinition)
        .filter(({ metadata, spec }) => spec.group === definition.spec.group && metadata.name !== key);
      because("names are accepted unless others have them");
      const status = definitionStatus(definition, others, clock.now());
      await client.setStatus(CustomResourceDefinition, definition, status, { signal });
      return settled;
    },
  }) as unknown as Controller;
}

/** Deletes all objects of a definition, and lets it go once none is left. */
async function empty(
  definition: CustomResourceDefinition,
  registry: KindRegistry,
  context: ReconcileContext,
): Promise<ReconcileResult> {
  const { client, because, signal } = context;
  const finalizers = definition.metadata.finalizers ?? [];
  if (!finalizers.includes(CLEANUP_FINALIZER)) return settled;
  because("the definition is to be deleted");
  const kind = servedKind(definition, registry);
  if (kind !== undefined && (await deleteAll(kind, context)) > 0) {
    await tell(definition, "True", "InstanceDeletionInProgress", "CustomResource deletion is in progress", context);
    return { recheckAfterMs: RECHECK_MS };
  }
  const told = await tell(definition, "False", "InstanceDeletionCompleted", "removed all instances", context);
  const metadata = { ...told.metadata, finalizers: finalizers.filter((name) => name !== CLEANUP_FINALIZER) };
  await client.update(CustomResourceDefinition, { ...told, metadata }, { signal }).catch((error: unknown) => {
    if (!isStatus(error, "NotFound")) throw error;
  });
  return settled;
}

function servedKind({ spec }: CustomResourceDefinition, registry: KindRegistry): Kind | undefined {
  for (const { name } of spec.versions) {
    const kind = registry.byResource(spec.group, name, spec.names.plural);
    // As it is stored: whoever converts may be gone already.
    if (kind !== undefined) return kind.view?.of ?? kind;
  }
  return undefined;
}

/** @returns how many are left: some wait for their finalizers. */
async function deleteAll(kind: Kind, { client, signal }: ReconcileContext): Promise<number> {
  const { items } = await client.list(kind, { signal });
  const namespaces = new Set(items.map(({ metadata }) => metadata.namespace));
  for (const namespace of namespaces) {
    await client.deleteCollection(kind, namespace === undefined ? { signal } : { namespace, signal });
  }
  if (items.length === 0) return 0;
  const left = await client.list(kind, { signal });
  return left.items.length;
}

function tell(
  definition: CustomResourceDefinition,
  status: "True" | "False",
  reason: string,
  message: string,
  { client, clock, signal }: ReconcileContext,
): Promise<CustomResourceDefinition> {
  const condition = { type: "Terminating", status, lastTransitionTime: formatTime(clock.now()), reason, message };
  const next = { ...definition.status, conditions: setCondition(definition.status.conditions, condition) };
  return client.setStatus(CustomResourceDefinition, definition, next, { signal });
}
