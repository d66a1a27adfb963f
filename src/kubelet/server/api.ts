import type { ApiRequest, ApiResponse } from "../../apiserver/http.ts";
import type { Kubelet } from "../kubelet.ts";
import { attachResponse, execResponse, portForwardResponse } from "./streams.ts";
import { containerLogs } from "./container-logs.ts";
import { notFound, plain } from "./responses.ts";
import { resourceMetrics, statsSummary } from "./stats.ts";

/** The kubelet's own API, as the API server and metrics collectors ask it. Whoever serves it has authenticated the request. */
export async function answerKubelet(request: ApiRequest, kubelet: Kubelet): Promise<ApiResponse> {
  const [verb = "", ...rest] = request.path
    .split("/")
    .filter((part) => part !== "")
    .map(decodeURIComponent);
  switch (verb) {
    case "healthz":
      return plain(200, "ok");
    case "pods":
      return pods(kubelet);
    case "containerLogs":
      return await containerLogs(request, kubelet, rest);
    case "exec":
      return execResponse(request, kubelet, rest);
    case "attach":
      return attachResponse(request, kubelet, rest);
    case "portForward":
      return portForwardResponse(request, kubelet, rest);
    case "stats":
      return rest[0] === "summary" ? await statsSummary(request, kubelet) : notFound();
    case "metrics":
      return rest[0] === "resource" ? await resourceMetrics(request, kubelet) : notFound();
    default:
      return notFound();
  }
}

function pods(kubelet: Kubelet): ApiResponse {
  const items = [...kubelet.workers()].map(({ pod }) => pod);
  const body = JSON.stringify({ kind: "PodList", apiVersion: "v1", metadata: {}, items });
  return { status: 200, headers: { "content-type": "application/json" }, body: new TextEncoder().encode(body) };
}
