import { ServiceCIDR } from "../api/networking/v1/service-cidr.ts";
import type { Clock } from "../base/clock.ts";
import { applyPatch, type Client } from "../client/client.ts";
import { isStatus } from "../machinery/status.ts";
import { formatTime } from "../machinery/time.ts";

/** The network that services get their addresses from, as the cluster was made with it. */
export async function ensureServiceCidr(
  client: Client,
  serviceCidr: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  try {
    const spec = { cidrs: serviceCidr.split(",") };
    const metadata = { name: "kubernetes" };
    const { apiVersion, kind } = await client.create(ServiceCIDR, { metadata, spec }, { signal });
    const message = "Kubernetes default Service CIDR is ready";
    const conditions = [{ type: "Ready", status: "True", message, lastTransitionTime: formatTime(clock.now()) }];
    const options = { fieldManager: "kubernetes-service-cidr-controller", force: true, subresource: "status", signal };
    await client.patch(
      ServiceCIDR,
      metadata,
      applyPatch({ apiVersion, kind, metadata, status: { conditions } }),
      options,
    );
  } catch (error) {
    if (!isStatus(error, "AlreadyExists")) throw error;
  }
}
