import { Node } from "../../api/core/v1/node.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { Service } from "../../api/core/v1/service.ts";
import { EndpointSlice } from "../../api/discovery/v1/endpoint-slice.ts";
import type { Draft } from "../../machinery/object.ts";
import { isStatus } from "../../machinery/status.ts";
import {
  type Controller,
  defineController,
  type ReconcileContext,
  settled,
  watched,
} from "../../reconciler/controller.ts";
import { isTerminatingNamespace } from "../pods/write.ts";
import { hasBackends, selects, servicesOf } from "../services/backends.ts";
import { TriggerTimes, withTriggerTime } from "../services/trigger-times.ts";
import { planSlices, type SlicePlan } from "./plan.ts";

/** Names the pods behind each service, a hundred in a slice, for proxies and DNS. */
export function endpointSliceController(): Controller {
  const times = new TriggerTimes();
  return defineController({
    name: "endpointslice",
    tellsAs: "endpoint-slice-controller",
    reconciles: Service,
    owns: [EndpointSlice],
    watches: [watched(Pod, servicesOf), watched(Node, () => [])],
    async reconcile(key, context) {
      const { cache, events } = context;
      const service = cache.get(Service, key);
      if (service === undefined) times.forget(key);
      if (service === undefined || !hasBackends(service)) return settled;
      const pods = cache.list(Pod, service.metadata.namespace).filter((pod) => selects(service, pod));
      const slices = cache
        .ownedBy(EndpointSlice, service)
        .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      const time = times.next(key, service, pods);
      const plan = planSlices(service, pods, slices, (name) => cache.get(Node, name));
      try {
        await carryOut(plan, time, context);
        if (plan.problems.length > 0) throw new Error(listed(plan.problems));
      } catch (error) {
        if (isTerminatingNamespace(error)) return settled;
        const { namespace, name } = service.metadata;
        const why = error instanceof Error ? error.message : String(error);
        const message = `Error updating Endpoint Slices for Service ${namespace}/${name}: ${why}`;
        events.record(service, "Warning", "FailedToUpdateEndpointSlices", message);
        throw error;
      }
      return settled;
    },
  }) as unknown as Controller;
}

async function carryOut(
  { create, update, remove }: SlicePlan,
  time: string | undefined,
  context: ReconcileContext,
): Promise<void> {
  const { client, signal } = context;
  const timed = <S extends Draft<EndpointSlice>>(slice: S) => ({
    ...slice,
    metadata: {
      ...slice.metadata,
      annotations: withTriggerTime(slice.metadata?.annotations as EndpointSlice["metadata"]["annotations"], time),
    },
  });
  context.because("names the pods behind the service");
  for (const slice of create) await client.create(EndpointSlice, timed(slice), { signal });
  for (const slice of update) await client.update(EndpointSlice, timed(slice), { signal });
  for (const { metadata } of remove) {
    await client.delete(EndpointSlice, metadata, { uid: metadata.uid, signal }).catch((error: unknown) => {
      if (!isStatus(error, "NotFound")) throw error;
    });
  }
}

function listed(problems: readonly string[]): string {
  return problems.length === 1 ? problems[0]! : `[${problems.join(", ")}]`;
}
