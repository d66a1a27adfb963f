import type { ApiResponse } from "../../apiserver/http.ts";
import type { Metric, Sample } from "../../machinery/prometheus.ts";
import type { Kubelet } from "../kubelet.ts";
import { metrics } from "./responses.ts";

/** `GET /metrics`: how the kubelet itself is. */
export function ownMetrics(kubelet: Kubelet): ApiResponse {
  const workers = [...kubelet.workers()];
  const states = new Map<string, number>();
  for (const { life } of workers)
    for (const { state } of life.containers) states.set(state, (states.get(state) ?? 0) + 1);
  const running = workers.filter(({ life }) => life.sandboxes.some(({ ready }) => ready));
  const { nodeName, facts } = kubelet;
  const version = /^v(\d+)\.(\d+)/.exec(facts.kubeletVersion);
  return metrics([
    {
      name: "kubelet_node_name",
      type: "gauge",
      help: "[ALPHA] The node's name. The count is always 1.",
      samples: [{ labels: { node: nodeName }, value: 1 }],
    },
    {
      name: "kubelet_running_containers",
      type: "gauge",
      help: "[ALPHA] Number of containers currently running",
      samples: Array.from(states, ([state, value]) => ({ labels: { container_state: state }, value })),
    },
    {
      name: "kubelet_running_pods",
      type: "gauge",
      help: "[ALPHA] Number of pods that have a running pod sandbox",
      samples: [{ labels: {}, value: running.length }],
    },
    {
      name: "kubernetes_build_info",
      type: "gauge",
      help: "[ALPHA] A metric with a constant '1' value labeled by major, minor and git version.",
      samples: [
        {
          labels: { git_version: facts.kubeletVersion, major: version?.[1] ?? "", minor: version?.[2] ?? "" },
          value: 1,
        },
      ],
    },
    startTime(kubelet),
  ]);
}

/** `GET /metrics/probes`: how the probes of this node's containers ended. */
export function probeMetrics(kubelet: Kubelet): ApiResponse {
  return metrics([
    startTime(kubelet),
    {
      name: "prober_probe_total",
      type: "counter",
      help: "[BETA] Cumulative number of a liveness, readiness or startup probe for a container by result.",
      samples: kubelet.parts.probeCounts.samples(),
    },
  ]);
}

function startTime({ parts }: Kubelet): Metric {
  const samples: readonly Sample[] = [{ labels: {}, value: parts.startedAtMs / 1000 }];
  const help = "[ALPHA] Start time of the process since unix epoch in seconds";
  return { name: "process_start_time_seconds", type: "gauge", help, samples };
}
