import type { ApiRequest, ApiResponse } from "../../apiserver/http.ts";
import { formatTime } from "../../machinery/time.ts";
import { namespaceOf } from "../containers/names.ts";
import type { Kubelet } from "../kubelet.ts";
import type { ContainerStats } from "../ports/runtime.ts";

/** `GET /stats/summary`: what pods use now. */
export async function statsSummary(request: ApiRequest, kubelet: Kubelet): Promise<ApiResponse> {
  const stats = await byContainer(request, kubelet);
  const pods = [...kubelet.workers()].map(({ pod, life }) => {
    const containers = life.containers.flatMap(({ id, name, startedAt }) => {
      const one = stats.get(id);
      return one === undefined ? [] : [{ name, startTime: formatTime(Number(startedAt / 1_000_000n)), ...usage(one) }];
    });
    const podRef = { name: pod.metadata.name, namespace: namespaceOf(pod), uid: pod.metadata.uid };
    return { podRef, startTime: pod.status.startTime ?? null, containers };
  });
  const node = { nodeName: kubelet.nodeName, startTime: formatTime(kubelet.parts.startedAtMs) };
  const body = new TextEncoder().encode(JSON.stringify({ node, pods }));
  return { status: 200, headers: { "content-type": "application/json" }, body };
}

/** `GET /metrics/resource`, in the text format of Prometheus. */
export async function resourceMetrics(request: ApiRequest, kubelet: Kubelet): Promise<ApiResponse> {
  const stats = await byContainer(request, kubelet);
  const cpu: string[] = [];
  const memory: string[] = [];
  for (const { pod, life } of kubelet.workers()) {
    for (const { id, name } of life.containers) {
      const one = stats.get(id);
      if (one === undefined) continue;
      const labels = `{container="${name}",namespace="${namespaceOf(pod)}",pod="${pod.metadata.name}"}`;
      const at = one.timestamp / 1_000_000n;
      cpu.push(`container_cpu_usage_seconds_total${labels} ${Number(one.cpuUsageNanoseconds) / 1e9} ${at}`);
      memory.push(`container_memory_working_set_bytes${labels} ${one.memoryWorkingSetBytes} ${at}`);
    }
  }
  const text = [
    "# HELP container_cpu_usage_seconds_total [STABLE] Cumulative cpu time consumed by the container in core-seconds",
    "# TYPE container_cpu_usage_seconds_total counter",
    ...cpu,
    "# HELP container_memory_working_set_bytes [STABLE] Current working set of the container in bytes",
    "# TYPE container_memory_working_set_bytes gauge",
    ...memory,
    "",
  ].join("\n");
  const headers = { "content-type": "text/plain; version=0.0.4; charset=utf-8" };
  return { status: 200, headers, body: new TextEncoder().encode(text) };
}

async function byContainer({ signal }: ApiRequest, kubelet: Kubelet): Promise<ReadonlyMap<string, ContainerStats>> {
  return new Map((await kubelet.runtime.stats({ signal })).map((one) => [one.id, one]));
}

function usage(stats: ContainerStats) {
  const time = formatTime(Number(stats.timestamp / 1_000_000n));
  return {
    cpu: { time, usageCoreNanoSeconds: Number(stats.cpuUsageNanoseconds) },
    memory: {
      time,
      usageBytes: stats.memoryUsageBytes,
      workingSetBytes: stats.memoryWorkingSetBytes,
      rssBytes: stats.memoryRssBytes,
    },
    rootfs: { time, usedBytes: stats.writableLayerBytes, inodesUsed: stats.writableLayerInodes },
  };
}
