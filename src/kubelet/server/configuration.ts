import type { ApiResponse } from "../../apiserver/http.ts";
import type { Kubelet } from "../kubelet.ts";
import { json } from "./responses.ts";

/** `GET /configz`: with what this kubelet runs, as a KubeletConfiguration. */
export function configuration({ facts, parts, staticPods }: Kubelet): ApiResponse {
  return json({
    kubeletconfig: {
      ...(staticPods === undefined ? {} : { staticPodPath: staticPods.path, fileCheckFrequency: "20s" }),
      port: facts.kubeletPort,
      authentication: {
        anonymous: { enabled: false },
        webhook: { enabled: true, cacheTTL: "2m0s" },
        x509: {},
      },
      authorization: { mode: "Webhook", webhook: { cacheAuthorizedTTL: "5m0s", cacheUnauthorizedTTL: "30s" } },
      clusterDomain: parts.dns.domain,
      clusterDNS: parts.dns.servers,
      cgroupRoot: parts.sandbox.cgroupRoot,
      maxPods: facts.maxPods,
      nodeLeaseDurationSeconds: 40,
      nodeStatusReportFrequency: "5m0s",
      nodeStatusUpdateFrequency: "10s",
      rotateCertificates: true,
      serverTLSBootstrap: true,
      serializeImagePulls: false,
      systemReserved: facts.reserved,
    },
  });
}
