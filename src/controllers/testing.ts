import { Pod } from "../api/core/v1/pod.ts";
import { type Client, mergePatch } from "../client/client.ts";
import { formatTime } from "../machinery/time.ts";

/** Says of a pod what its kubelet would, in a world without kubelets. */
export async function playKubelet(
  client: Client,
  pod: Pod,
  state: { readonly ready: boolean; readonly phase?: string; readonly podIP?: string },
  nowMs: number,
): Promise<void> {
  const { ready, phase = "Running", podIP } = state;
  const time = formatTime(nowMs);
  const conditions = [{ type: "Ready", status: ready ? "True" : "False", lastTransitionTime: time }];
  const addresses = podIP === undefined ? {} : { podIP, podIPs: [{ ip: podIP }] };
  const { signal } = new AbortController();
  const patch = mergePatch({ status: { phase, conditions, ...addresses } });
  await client.patch(Pod, pod.metadata, patch, { signal, subresource: "status" });
}
