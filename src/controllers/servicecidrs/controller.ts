import { IPAddress } from "../../api/networking/v1/ip-address.ts";
import { ServiceCIDR } from "../../api/networking/v1/service-cidr.ts";
import { applyPatch, mergePatch } from "../../client/client.ts";
import { isStatus } from "../../machinery/status.ts";
import { type Controller, defineController, settled, watched } from "../../reconciler/controller.ts";
import { FINALIZER, planCidr } from "./plan.ts";

/** Says which networks give addresses to Services, and keeps those whose addresses are still in use. */
export const serviceCidrsController: Controller<ServiceCIDR> = defineController({
  name: "servicecidrs",
  user: "system:serviceaccount:kube-system:service-cidrs-controller",
  reconciles: ServiceCIDR,
  // Whether one that is deleted may go depends on the other networks, and on the addresses.
  watches: [
    watched(IPAddress, (_, cache) => deletedIn(cache.list(ServiceCIDR))),
    watched(ServiceCIDR, (_, cache) => deletedIn(cache.list(ServiceCIDR))),
  ],
  async reconcile(key, { cache, client, clock, because, signal }) {
    const cidr = cache.get(ServiceCIDR, key);
    if (cidr === undefined) return settled;
    const plan = planCidr(cidr, cache.list(ServiceCIDR), cache.list(IPAddress), clock.now());
    const { uid, resourceVersion, finalizers = [] } = cidr.metadata;
    const setFinalizers = async (next: readonly string[]) => {
      const patch = mergePatch({ metadata: { uid, resourceVersion, finalizers: next } });
      await client.patch(ServiceCIDR, cidr.metadata, patch, { signal }).catch((error: unknown) => {
        if (!isStatus(error, "NotFound")) throw error;
      });
    };
    switch (plan.type) {
      case "settled":
        return settled;
      case "wait":
        return { recheckAfterMs: plan.ms };
      case "protect":
        because("its addresses must not be left without a network");
        await setFinalizers([...finalizers, FINALIZER]);
        return settled;
      case "release":
        because("no address of it is left");
        await setFinalizers(finalizers.filter((name) => name !== FINALIZER));
        return settled;
      case "condition": {
        because("its condition says something else");
        const { apiVersion, kind } = cidr;
        const body = { apiVersion, kind, metadata: { name: key }, status: { conditions: [plan.condition] } };
        const options = { fieldManager: "service-cidr-controller", force: true, subresource: "status", signal };
        await client.patch(ServiceCIDR, cidr.metadata, applyPatch(body), options);
        return settled;
      }
    }
  },
});

function deletedIn(all: readonly ServiceCIDR[]): readonly string[] {
  return all.filter(({ metadata }) => metadata.deletionTimestamp !== undefined).map(({ metadata }) => metadata.name);
}
