import type { ApiRequest, ApiResponse } from "../../apiserver/http.ts";
import type { Metric, Sample } from "../../machinery/prometheus.ts";
import { namespaceOf } from "../containers/names.ts";
import type { Kubelet } from "../kubelet.ts";
import { metrics } from "./responses.ts";
import { type ContainerUsage, measuredAtMs, podUsages } from "./usage.ts";

interface Measure {
  readonly name: string;
  readonly type: Metric["type"];
  readonly help: string;
  readonly of: (container: ContainerUsage) => number;
}

/** Of what cAdvisor tells, what a runtime knows; under its names, which dashboards ask for. */
const MEASURES: readonly Measure[] = [
  {
    name: "container_cpu_usage_seconds_total",
    type: "counter",
    help: "Cumulative cpu time consumed in seconds.",
    of: ({ stats }) => Number(stats.cpuUsageNanoseconds) / 1e9,
  },
  {
    name: "container_fs_usage_bytes",
    type: "gauge",
    help: "Number of bytes that are consumed by the container on this filesystem.",
    of: ({ stats }) => stats.writableLayerBytes,
  },
  {
    name: "container_last_seen",
    type: "gauge",
    help: "Last time a container was seen by the exporter",
    of: ({ stats }) => Math.floor(measuredAtMs(stats) / 1000),
  },
  {
    name: "container_memory_rss",
    type: "gauge",
    help: "Size of RSS in bytes.",
    of: ({ stats }) => stats.memoryRssBytes,
  },
  {
    name: "container_memory_usage_bytes",
    type: "gauge",
    help: "Current memory usage in bytes, including all memory regardless of when it was accessed",
    of: ({ stats }) => stats.memoryUsageBytes,
  },
  {
    name: "container_memory_working_set_bytes",
    type: "gauge",
    help: "Current working set in bytes.",
    of: ({ stats }) => stats.memoryWorkingSetBytes,
  },
  {
    name: "container_start_time_seconds",
    type: "gauge",
    help: "Start time of the container since unix epoch in seconds.",
    of: ({ startedAtMs }) => startedAtMs / 1000,
  },
];

/** `GET /metrics/cadvisor`: what each container uses, by cAdvisor's names. */
export async function containerMetrics(request: ApiRequest, kubelet: Kubelet): Promise<ApiResponse> {
  const pods = await podUsages(kubelet, request.signal);
  const containers = pods.flatMap(({ pod, containers: own }) =>
    own.map((container) => {
      const { id, image, name, stats } = container;
      const labels = { container: name, id, image, name: id, namespace: namespaceOf(pod), pod: pod.metadata.name };
      return { container, labels, atMs: measuredAtMs(stats) };
    }),
  );
  const { machine } = kubelet.facts;
  const one = (value: number): readonly Sample[] => [{ labels: {}, value }];
  return metrics([
    ...MEASURES.map(({ name, type, help, of }) => ({
      name,
      type,
      help,
      samples: containers.map(({ container, labels, atMs }) => ({ labels, atMs, value: of(container) })),
    })),
    { name: "machine_cpu_cores", type: "gauge", help: "Number of logical CPU cores.", samples: one(machine.cpus) },
    {
      name: "machine_memory_bytes",
      type: "gauge",
      help: "Amount of memory installed on the machine.",
      samples: one(machine.memoryBytes),
    },
  ]);
}
