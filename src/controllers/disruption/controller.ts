import type { KindRegistry } from "../../api/registry.ts";
import { Deployment } from "../../api/apps/v1/deployment.ts";
import { ReplicaSet } from "../../api/apps/v1/replica-set.ts";
import { StatefulSet } from "../../api/apps/v1/stateful-set.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { ReplicationController } from "../../api/core/v1/replication-controller.ts";
import { PodDisruptionBudget } from "../../api/policy/v1/pod-disruption-budget.ts";
import { nameKey } from "../../client/informer.ts";
import { formatLabelSelector, matches, selectorOf } from "../../machinery/labels.ts";
import type { OwnerReference } from "../../machinery/object.ts";
import { isStatus } from "../../machinery/status.ts";
import {
  type Controller,
  defineController,
  type ReconcileContext,
  settled,
  watched,
} from "../../reconciler/controller.ts";
import { controllerOf } from "../../reconciler/ownership.ts";
import { failSafeStatus, needsScale, planBudget } from "./plan.ts";

/** Keeps count of how many pods of each budget may be taken away. */
export function disruptionController(registry: KindRegistry): Controller {
  return defineController({
    name: "disruption",
    tellsAs: "controllermanager",
    reconciles: PodDisruptionBudget,
    watches: [
      watched(Pod, (pod, cache, old) =>
        cache
          .list(PodDisruptionBudget, pod.metadata.namespace)
          .filter((budget) => covers(budget, pod) || (old !== undefined && covers(budget, old)))
          .map(({ metadata }) => nameKey(metadata)),
      ),
      // Changes of size change the pods too.
      ...[Deployment, ReplicaSet, StatefulSet, ReplicationController].map((kind) => ({
        kind: kind as never,
        keys: () => [],
      })),
    ],
    async reconcile(key, context) {
      const { cache, client, clock, events, because, signal } = context;
      const budget = cache.get(PodDisruptionBudget, key);
      if (budget === undefined) return settled;
      const pods = cache.list(Pod, budget.metadata.namespace).filter((pod) => covers(budget, pod));
      if (pods.length === 0) events.record(budget, "Normal", "NoPods", "No matching pods found");
      because("counts the pods of the budget");
      try {
        const scale = needsScale(budget) ? await scaleOf(budget, pods, registry, context) : 0;
        const plan = planBudget(budget, pods, scale, clock.now());
        for (const pod of plan.notDeleted) {
          const { namespace } = budget.metadata;
          const message = `Pod was expected by PDB ${namespace}/${namespace} to be deleted but it wasn't`;
          events.record(pod, "Warning", "NotDeleted", message);
        }
        await client.setStatus(PodDisruptionBudget, budget, plan.status, { signal });
        return plan.recheckAfterMs === undefined ? settled : { recheckAfterMs: plan.recheckAfterMs };
      } catch (error) {
        if (isStatus(error, "Conflict") || signal.aborted) throw error;
        const message = error instanceof Error ? error.message : String(error);
        await client.setStatus(PodDisruptionBudget, budget, failSafeStatus(budget, message, clock.now()), { signal });
        return settled;
      }
    },
  }) as unknown as Controller;
}

function covers(budget: PodDisruptionBudget, { metadata }: Pod): boolean {
  return matches(selectorOf(budget.spec.selector), metadata.labels);
}

/** How many pods the owners of these want in all. @throws where an owner cannot be asked. */
async function scaleOf(
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  registry: KindRegistry,
  context: ReconcileContext,
): Promise<number> {
  const { events } = context;
  const scales = new Map<string, number>();
  let unmanaged = 0;
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner === undefined) unmanaged += 1;
    else if (!scales.has(owner.uid)) {
      const found = await scaleOfOwner(owner, pod, registry, context).catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String(error);
        const message = `Failed to calculate the number of expected pods: ${why}`;
        events.record(budget, "Warning", "CalculateExpectedPodCountFailed", message);
        throw error;
      });
      scales.set(owner.uid, 0);
      scales.set(found.uid, found.replicas);
    }
  }
  if (unmanaged > 0) {
    const selector = formatLabelSelector(budget.spec.selector);
    const message =
      `Pods selected by this PodDisruptionBudget (selector: ${selector}) were found to be unmanaged. As a result, the status of the PDB ` +
      'cannot be calculated correctly, which may result in undefined behavior. To account for these pods please set ".spec.minAvailable" ' +
      "field of the PDB to an integer value.";
    events.record(budget, "Warning", "UnmanagedPods", message);
  }
  return [...scales.values()].reduce((sum, replicas) => sum + replicas, 0);
}

interface OwnerScale {
  readonly uid: string;
  readonly replicas: number;
}

/** Of ReplicaSets their Deployment, of all others the owner itself, by its scale. */
async function scaleOfOwner(
  owner: OwnerReference,
  pod: Pod,
  registry: KindRegistry,
  { cache, client, signal }: ReconcileContext,
): Promise<OwnerScale> {
  const { namespace } = pod.metadata as { readonly namespace: string };
  const key = nameKey({ namespace, name: owner.name });
  if (owner.kind === "ReplicaSet" && owner.apiVersion.startsWith("apps/")) {
    const set = cache.get(ReplicaSet, key);
    if (set?.metadata.uid === owner.uid) {
      const above = controllerOf(set);
      const deployment =
        above === undefined ? undefined : cache.get(Deployment, nameKey({ namespace, name: above.name }));
      const top = deployment !== undefined && deployment.metadata.uid === above?.uid ? deployment : set;
      return { uid: top.metadata.uid, replicas: top.spec.replicas };
    }
  }
  const [version = "", group = ""] = owner.apiVersion.split("/").toReversed();
  const kind = registry.byKind(group, version, owner.kind);
  if (kind?.subresources.some(({ name }) => name === "scale") !== true) {
    throw new Error(`found no controllers for pod "${pod.metadata.name}"`);
  }
  const name = { namespace, name: owner.name };
  const scale = await client.getSubresource<{ readonly spec?: { readonly replicas?: number } }>(kind, name, "scale", {
    signal,
  });
  return { uid: owner.uid, replicas: scale.spec?.replicas ?? 0 };
}
