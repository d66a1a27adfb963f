import type { ApiRequest, ApiResponse } from "../../apiserver/http.ts";
import { formatTime } from "../../machinery/time.ts";
import { namespaceOf } from "../containers/names.ts";
import type { Kubelet } from "../kubelet.ts";
import { json } from "./responses.ts";
import { type ContainerUsage, measuredAtMs, type PodUsage, podUsages, sumOf } from "./usage.ts";

/** `GET /stats/summary`: what the node and its pods use now. */
export async function statsSummary(request: ApiRequest, kubelet: Kubelet): Promise<ApiResponse> {
  const [node, pods] = await Promise.all([nodeStats(kubelet), podUsages(kubelet, request.signal)]);
  return json({ node, pods: pods.map(podStats) });
}

async function nodeStats(kubelet: Kubelet) {
  const { nodeName, parts, disk, machine } = kubelet;
  const named = { nodeName, startTime: formatTime(parts.startedAtMs) };
  if (disk === undefined || machine === undefined) return named;
  const [used, space] = await Promise.all([machine.usage(), disk.usage(parts.sandbox.paths.root)]);
  const time = formatTime(parts.clock.now());
  const { capacityBytes, availableBytes, inodes, inodesFree } = space;
  return {
    ...named,
    cpu: { time, usageCoreNanoSeconds: used.cpuNanoseconds },
    memory: {
      time,
      availableBytes: used.memoryAvailableBytes,
      usageBytes: used.memoryUsageBytes,
      workingSetBytes: used.memoryWorkingSetBytes,
      rssBytes: used.memoryRssBytes,
    },
    fs: {
      time,
      availableBytes,
      capacityBytes,
      usedBytes: capacityBytes - availableBytes,
      inodesFree,
      inodes,
      inodesUsed: inodes - inodesFree,
    },
  };
}

function podStats({ pod, containers }: PodUsage) {
  const podRef = { name: pod.metadata.name, namespace: namespaceOf(pod), uid: pod.metadata.uid };
  return {
    podRef,
    startTime: pod.status.startTime ?? null,
    containers: containers.map((one) => ({
      name: one.name,
      startTime: formatTime(one.startedAtMs),
      ...usage([one]),
      rootfs: {
        time: formatTime(measuredAtMs(one.stats)),
        usedBytes: one.stats.writableLayerBytes,
        inodesUsed: one.stats.writableLayerInodes,
      },
    })),
    ...(containers.length === 0 ? {} : usage(containers)),
  };
}

function usage(containers: readonly ContainerUsage[]) {
  const time = formatTime(Math.max(...containers.map(({ stats }) => measuredAtMs(stats))));
  return {
    cpu: { time, usageCoreNanoSeconds: sumOf(containers, (one) => Number(one.cpuUsageNanoseconds)) },
    memory: {
      time,
      usageBytes: sumOf(containers, (one) => one.memoryUsageBytes),
      workingSetBytes: sumOf(containers, (one) => one.memoryWorkingSetBytes),
      rssBytes: sumOf(containers, (one) => one.memoryRssBytes),
    },
  };
}
