import { Endpoints } from "../../api/core/v1/endpoints.ts";
import { Service } from "../../api/core/v1/service.ts";
import { EndpointSlice } from "../../api/discovery/v1/endpoint-slice.ts";
import { nameKey, splitKey } from "../../client/informer.ts";
import { isStatus } from "../../machinery/status.ts";
import { defineController, type ReconcileContext, settled, watched } from "../../reconciler/controller.ts";
import { MANAGED_BY, SERVICE_NAME } from "../endpointslice/plan.ts";
import { isTerminatingNamespace } from "../pods/write.ts";
import { MANAGER, MOST_MIRRORED, planMirror } from "./plan.ts";

/** Repeats Endpoints that a person wrote, for a service without selector, as slices: proxies read nothing else. */
export const endpointSliceMirroringController = defineController({
  name: "endpointslicemirroring",
  tellsAs: "endpoint-slice-mirroring-controller",
  reconciles: Endpoints,
  owns: [EndpointSlice],
  watches: [watched(Service, ({ metadata }) => [nameKey(metadata)])],
  async reconcile(key, context) {
    const { cache, events } = context;
    const endpoints = cache.get(Endpoints, key);
    const service = cache.get(Service, key);
    if (endpoints === undefined || service === undefined || !isMirrored(endpoints, service)) {
      const left = endpoints === undefined ? slicesOf(key, context) : cache.ownedBy(EndpointSlice, endpoints);
      context.because("the service has no Endpoints of its own to be repeated");
      await remove(left, context);
      return settled;
    }
    const plan = planMirror(endpoints, cache.ownedBy(EndpointSlice, endpoints));
    if (plan.invalid > 0) {
      const message = `Skipped ${plan.invalid} invalid IP addresses when mirroring to EndpointSlices`;
      events.record(endpoints, "Warning", "InvalidIPAddress", message);
    }
    if (plan.skipped > 0) {
      const message = `A max of ${MOST_MIRRORED} addresses can be mirrored to EndpointSlices per Endpoints subset. ${plan.skipped} addresses were skipped`;
      events.record(endpoints, "Warning", "TooManyAddressesToMirror", message);
    }
    context.because("the Endpoints say something else");
    const { client, signal } = context;
    try {
      for (const slice of plan.create) await client.create(EndpointSlice, slice, { signal });
      for (const slice of plan.update) await client.update(EndpointSlice, slice, { signal });
      await remove(plan.remove, context);
    } catch (error) {
      if (!isTerminatingNamespace(error)) throw error;
    }
    return settled;
  },
});

function isMirrored({ metadata }: Endpoints, { spec }: Service): boolean {
  if (metadata.labels?.["endpointslice.kubernetes.io/skip-mirror"] === "true") return false;
  if (metadata.annotations?.["control-plane.alpha.kubernetes.io/leader"] !== undefined) return false;
  return spec.selector === undefined;
}

/** The slices that repeat Endpoints which are gone. */
function slicesOf(key: string, { cache }: ReconcileContext): readonly EndpointSlice[] {
  const { namespace, name } = splitKey(key);
  return cache
    .list(EndpointSlice, namespace)
    .filter(({ metadata }) => metadata.labels?.[SERVICE_NAME] === name && metadata.labels[MANAGED_BY] === MANAGER);
}

async function remove(slices: readonly EndpointSlice[], { client, signal }: ReconcileContext): Promise<void> {
  for (const { metadata } of slices) {
    await client.delete(EndpointSlice, metadata, { uid: metadata.uid, signal }).catch((error: unknown) => {
      if (!isStatus(error, "NotFound")) throw error;
    });
  }
}
