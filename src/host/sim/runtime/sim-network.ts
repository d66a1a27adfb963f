import type { ProbeNetwork } from "../../../kubelet/ports/network.ts";
import { NetworkError } from "../../../kubelet/ports/network.ts";
import type { SimRuntime } from "./sim-runtime.ts";

/** Probes over a network that is only imagined: they pass while the container at that address says so. */
export function simNetwork(runtime: SimRuntime): ProbeNetwork {
  const refused = (host: string, port: number) =>
    new NetworkError(`dial tcp ${host}:${port}: connect: connection refused`);
  return {
    async httpGet({ url }) {
      const { hostname } = new URL(url);
      return { status: runtime.isHealthy(hostname) ? 200 : 500, body: "", redirected: false };
    },
    async tcpConnect(host, port) {
      if (!runtime.isHealthy(host)) throw refused(host, port);
    },
    async grpcHealth(host) {
      return runtime.isHealthy(host)
        ? { healthy: true }
        : { healthy: false, message: 'service unhealthy (responded with "NOT_SERVING")' };
    },
  };
}
