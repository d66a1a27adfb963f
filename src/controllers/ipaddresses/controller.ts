import { Service } from "../../api/core/v1/service.ts";
import { IPAddress } from "../../api/networking/v1/ip-address.ts";
import { isStatus } from "../../machinery/status.ts";
import { type Controller, defineController, settled, watched } from "../../reconciler/controller.ts";
import { planAddresses, serviceOf } from "./plan.ts";

/**
 * Shows by an IPAddress each address that a Service has. Which one that is the API server decides as it writes the Service;
 * Kubernetes writes both there, here the one follows the other.
 */
export const ipAddressesController: Controller<Service> = defineController({
  name: "ipaddresses",
  user: "system:apiserver",
  reconciles: Service,
  watches: [
    watched(IPAddress, (address) => {
      const key = serviceOf(address);
      return key === undefined ? [] : [key];
    }),
  ],
  async reconcile(key, { cache, client, because, signal }) {
    const own = cache.list(IPAddress).filter((address) => serviceOf(address) === key);
    const { create, remove } = planAddresses(cache.get(Service, key), own);
    for (const address of remove) {
      because("its service does not have it any more");
      const { uid } = address.metadata;
      await client.delete(IPAddress, address.metadata, { uid, signal }).catch((error: unknown) => {
        if (!isStatus(error, "NotFound", "Conflict")) throw error;
      });
    }
    for (const address of create) {
      because("a service has the address");
      await client.create(IPAddress, address, { signal }).catch((error: unknown) => {
        // Somebody says to have it: what a service has is for the services to say.
        if (!isStatus(error, "AlreadyExists")) throw error;
      });
    }
    return settled;
  },
});
