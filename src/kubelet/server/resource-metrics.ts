import type { ApiRequest, ApiResponse } from "../../apiserver/http.ts";
import type { Metric, Sample } from "../../machinery/prometheus.ts";
import { namespaceOf } from "../containers/names.ts";
import type { Kubelet } from "../kubelet.ts";
import type { ContainerStats } from "../ports/runtime.ts";
import { metrics } from "./responses.ts";
import { measuredAtMs, type PodUsage, podUsages, sumOf } from "./usage.ts";

/** `GET /metrics/resource`: what collectors of usage ask for again and again, and no more. */
export async function resourceMetrics(request: ApiRequest, kubelet: Kubelet): Promise<ApiResponse> {
  const [pods, node] = await Promise.all([podUsages(kubelet, request.signal), kubelet.machine?.usage()]);
  const now = { labels: {}, atMs: kubelet.parts.clock.now() };
  const nodeSamples = (value: number | undefined): readonly Sample[] =>
    value === undefined ? [] : [{ ...now, value }];
  return metrics([
    {
      name: "container_cpu_usage_seconds_total",
      type: "counter",
      help: "[STABLE] Cumulative cpu time consumed by the container in core-seconds",
      samples: ofContainers(pods, cpuSeconds),
    },
    {
      name: "container_memory_working_set_bytes",
      type: "gauge",
      help: "[STABLE] Current working set of the container in bytes",
      samples: ofContainers(pods, workingSet),
    },
    {
      name: "container_start_time_seconds",
      type: "gauge",
      help: "[STABLE] Start time of the container since unix epoch in seconds",
      samples: pods.flatMap(({ pod, containers }) =>
        containers.map(({ name, startedAtMs }) => ({
          labels: { container: name, namespace: namespaceOf(pod), pod: pod.metadata.name },
          value: startedAtMs / 1000,
        })),
      ),
    },
    {
      name: "node_cpu_usage_seconds_total",
      type: "counter",
      help: "[STABLE] Cumulative cpu time consumed by the node in core-seconds",
      samples: nodeSamples(node && node.cpuNanoseconds / 1e9),
    },
    {
      name: "node_memory_working_set_bytes",
      type: "gauge",
      help: "[STABLE] Current working set of the node in bytes",
      samples: nodeSamples(node?.memoryWorkingSetBytes),
    },
    {
      name: "pod_cpu_usage_seconds_total",
      type: "counter",
      help: "[STABLE] Cumulative cpu time consumed by the pod in core-seconds",
      samples: ofPods(pods, cpuSeconds),
    },
    {
      name: "pod_memory_working_set_bytes",
      type: "gauge",
      help: "[STABLE] Current working set of the pod in bytes",
      samples: ofPods(pods, workingSet),
    },
    {
      name: "resource_scrape_error",
      type: "gauge",
      help: "[STABLE] 1 if there was an error while getting container metrics, 0 otherwise",
      samples: [{ labels: {}, value: 0 }],
    },
  ] satisfies readonly Metric[]);
}

type Amount = (stats: ContainerStats) => number;
const cpuSeconds: Amount = ({ cpuUsageNanoseconds }) => Number(cpuUsageNanoseconds) / 1e9;
const workingSet: Amount = ({ memoryWorkingSetBytes }) => memoryWorkingSetBytes;

function ofContainers(pods: readonly PodUsage[], amount: Amount): readonly Sample[] {
  return pods.flatMap(({ pod, containers }) =>
    containers.map(({ name, stats }) => ({
      labels: { container: name, namespace: namespaceOf(pod), pod: pod.metadata.name },
      value: amount(stats),
      atMs: measuredAtMs(stats),
    })),
  );
}

function ofPods(pods: readonly PodUsage[], amount: Amount): readonly Sample[] {
  return pods.flatMap(({ pod, containers }) => {
    if (containers.length === 0) return [];
    const labels = { namespace: namespaceOf(pod), pod: pod.metadata.name };
    const atMs = Math.max(...containers.map(({ stats }) => measuredAtMs(stats)));
    return [{ labels, value: sumOf(containers, amount), atMs }];
  });
}
