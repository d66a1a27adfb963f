import type { ApiRequest, ApiResponse } from "../../apiserver/http.ts";
import type { Kubelet } from "../kubelet.ts";
import { configuration } from "./configuration.ts";
import { containerLogs } from "./container-logs.ts";
import { containerMetrics } from "./container-metrics.ts";
import { healthz } from "./health.ts";
import { machineLogs } from "./machine-logs.ts";
import { ownMetrics, probeMetrics } from "./own-metrics.ts";
import { podList, runningPodList } from "./pod-lists.ts";
import { resourceMetrics } from "./resource-metrics.ts";
import { notFound, plain } from "./responses.ts";
import { statsSummary } from "./stats.ts";
import { attachResponse, execResponse, portForwardResponse, tunnelResponse } from "./streams.ts";

/** What is asked by POST as well: a stream may be opened by either. */
const STREAMS = new Set(["exec", "attach", "portForward"]);

/** The kubelet's own API, as the API server and metrics collectors ask it. Whoever serves it has let the request in. */
export async function answerKubelet(request: ApiRequest, kubelet: Kubelet): Promise<ApiResponse> {
  const [verb = "", ...rest] = request.path
    .split("/")
    .filter((part) => part !== "")
    .map(decodeURIComponent);
  if (request.method !== "GET" && !(request.method === "POST" && STREAMS.has(verb)))
    return plain(405, "405: Method Not Allowed");
  switch (verb) {
    case "healthz":
      return healthz(request, rest);
    case "pods":
      return podList(kubelet);
    case "runningpods":
      return runningPodList(kubelet);
    case "configz":
      return configuration(kubelet);
    case "containerLogs":
      return await containerLogs(request, kubelet, rest);
    case "logs":
      return await machineLogs(kubelet.disk, rest);
    case "exec":
      return execResponse(request, kubelet, rest);
    case "attach":
      return attachResponse(request, kubelet, rest);
    case "portForward":
      return portForwardResponse(request, kubelet, rest);
    case "tunnel":
      return tunnelResponse(kubelet, rest);
    case "stats":
      return rest[0] === "summary" ? await statsSummary(request, kubelet) : notFound();
    case "metrics":
      return await metricsOf(request, kubelet, rest);
    default:
      return notFound();
  }
}

function metricsOf(
  request: ApiRequest,
  kubelet: Kubelet,
  [which]: readonly string[],
): ApiResponse | Promise<ApiResponse> {
  switch (which) {
    case undefined:
      return ownMetrics(kubelet);
    case "resource":
      return resourceMetrics(request, kubelet);
    case "cadvisor":
      return containerMetrics(request, kubelet);
    case "probes":
      return probeMetrics(kubelet);
    default:
      return notFound();
  }
}
