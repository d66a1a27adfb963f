import type { Node, Pod } from "../../api/generated/core-v1.ts";
import type { Draft } from "../../machinery/object.ts";
import { MIRROR } from "./annotations.ts";

/** A static pod that runs, or still runs; it `stays` unless its file says something else by now, or is gone. */
export interface RunningStaticPod {
  readonly pod: Pod;
  readonly stays: boolean;
}

export type MirrorStep =
  | { readonly do: "nothing" }
  | { readonly do: "create"; readonly pod: Pod }
  | { readonly do: "delete"; readonly mirror: Pod; readonly why: string };

/** What to do with the mirror of a static pod. A pod that is ending keeps the mirror that it has, and gets no other. */
export function mirrorStep(running: RunningStaticPod | undefined, mirror: Pod | undefined): MirrorStep {
  if (running?.stays === false) return { do: "nothing" };
  if (mirror === undefined) return running === undefined ? { do: "nothing" } : { do: "create", pod: running.pod };
  if (running === undefined) return { do: "delete", mirror, why: "the static pod is gone" };
  if (!isMirrorOf(mirror, running.pod)) return { do: "delete", mirror, why: "the static pod is another" };
  if (mirror.metadata.deletionTimestamp === undefined) return { do: "nothing" };
  return { do: "delete", mirror, why: "the static pod runs on, and gets another mirror" };
}

export function isMirrorOf(mirror: Pod, pod: Pod): boolean {
  return mirror.metadata.annotations?.[MIRROR] === pod.metadata.uid;
}

/** What stands in the API for a static pod. It belongs to its node, as NodeRestriction asks, and goes with it. */
export function mirrorOf({ metadata, spec }: Pod, node: Node): Draft<Pod> {
  const { name, namespace = "default", labels, annotations, uid } = metadata;
  const owner = { apiVersion: "v1", kind: "Node", name: node.metadata.name, uid: node.metadata.uid, controller: true };
  return {
    metadata: {
      name,
      namespace,
      ...(labels === undefined ? {} : { labels }),
      annotations: { ...annotations, [MIRROR]: uid },
      ownerReferences: [owner],
    },
    spec,
  } as Draft<Pod>;
}
