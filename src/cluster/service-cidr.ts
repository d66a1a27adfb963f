import { ServiceCIDR } from "../api/networking/v1/service-cidr.ts";
import type { Clock } from "../base/clock.ts";
import type { Client } from "../client/client.ts";
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
    const made = await client.create(ServiceCIDR, { metadata: { name: "kubernetes" }, spec }, { signal });
    const ready = {
      type: "Ready",
      status: "True",
      reason: "",
      message: "Kubernetes default Service CIDR is ready",
    } as const;
    const conditions = [{ ...ready, lastTransitionTime: formatTime(clock.now()) }];
    await client.setStatus(ServiceCIDR, made, { conditions }, { signal });
  } catch (error) {
    if (!isStatus(error, "AlreadyExists")) throw error;
  }
}
