import type { ApiResponse } from "../../apiserver/http.ts";
import { namespaceOf } from "../containers/names.ts";
import type { Kubelet } from "../kubelet.ts";
import { json } from "./responses.ts";

/** `GET /pods`: the pods that are bound to this node, as the API has them. */
export function podList(kubelet: Kubelet): ApiResponse {
  return list([...kubelet.workers()].map(({ pod }) => pod));
}

/** `GET /runningpods/`: what the runtime has of them: names, and containers that run. */
export function runningPodList(kubelet: Kubelet): ApiResponse {
  const running = [...kubelet.workers()].filter(({ life }) => life.sandboxes.some(({ ready }) => ready));
  return list(
    running.map(({ pod, life }) => ({
      metadata: { name: pod.metadata.name, namespace: namespaceOf(pod), uid: pod.metadata.uid },
      spec: {
        containers: life.containers
          .filter(({ state }) => state === "running")
          .map(({ name, imageId }) => ({ name, image: imageId, resources: {} })),
      },
      status: {},
    })),
  );
}

function list(items: readonly object[]): ApiResponse {
  return json({ kind: "PodList", apiVersion: "v1", metadata: {}, items });
}
