import { Service } from "../api/core/v1/service.ts";
import type { Client } from "../client/client.ts";
import type { Draft } from "../machinery/object.ts";
import { ensure } from "./ensure.ts";

/** The Service under whose address every node answers names itself: nobody else gets the address. */
export async function ensureDnsService(client: Client, clusterIP: string, signal: AbortSignal): Promise<void> {
  const service = {
    metadata: {
      name: "kube-dns",
      namespace: "kube-system",
      labels: { "k8s-app": "kube-dns", "kubernetes.io/cluster-service": "true", "kubernetes.io/name": "CoreDNS" },
    },
    spec: {
      clusterIP,
      ports: [
        { name: "dns", port: 53, protocol: "UDP", targetPort: 53 },
        { name: "dns-tcp", port: 53, protocol: "TCP", targetPort: 53 },
      ],
    },
  };
  await ensure(client, Service, service as unknown as Draft<Service>, { signal });
}
