import type { Clock } from "../base/clock.ts";
import { StatusError } from "../machinery/status.ts";
import type { ApiRequest, ApiResponse } from "./http.ts";
import type { ApiMetrics, RequestLabels } from "./metrics.ts";
import type { Target } from "./route.ts";

/** Counts a request and how long it took, whatever comes of it. */
export async function observed(
  metrics: ApiMetrics,
  clock: Clock,
  target: Target,
  request: ApiRequest,
  answer: () => Promise<ApiResponse>,
): Promise<ApiResponse> {
  const startedAtMs = clock.now();
  const kind = request.method === "GET" || request.method === "HEAD" ? "readOnly" : "mutating";
  metrics.inFlight(kind, 1);
  let code = 500;
  try {
    const response = await answer();
    code = response.status;
    return response;
  } catch (error) {
    if (error instanceof StatusError) code = error.code;
    throw error;
  } finally {
    metrics.inFlight(kind, -1);
    metrics.request(labelsOf(target, request), code, clock.now() - startedAtMs);
  }
}

function labelsOf(target: Target, request: ApiRequest): RequestLabels {
  const { query } = request;
  const dryRun = query.size > 0 && query.get("dryRun") === "All" ? "All" : "";
  if (target.type !== "resource") {
    return { verb: request.method, group: "", version: "", resource: "", subresource: "", scope: "", dryRun };
  }
  const { kind, name, namespace, subresource = "" } = target;
  return {
    verb: VERBS[target.verb],
    group: kind.group,
    version: kind.version,
    resource: kind.plural,
    subresource,
    scope: name !== undefined ? "resource" : namespace !== undefined ? "namespace" : "cluster",
    dryRun,
  };
}

/** As Kubernetes names them in its metrics. */
const VERBS = {
  get: "GET",
  list: "LIST",
  watch: "WATCH",
  create: "POST",
  update: "PUT",
  patch: "PATCH",
  delete: "DELETE",
  deletecollection: "DELETECOLLECTION",
} as const;
