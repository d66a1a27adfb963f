import type { Node, Pod } from "../api/generated/core-v1.ts";
import { seededRandom } from "../base/random.ts";
import { decide, type Verdict } from "./cycle.ts";
import { podInfo } from "./pod-info.ts";
import { allPlugins } from "./plugins/all.ts";
import { SchedulerState } from "./state.ts";
import { unschedulableSentence } from "./verdict.ts";
import { noVolumes } from "./volumes/testing.ts";
import type { VolumeView } from "./volumes/view.ts";

/** A node for tables of cases: 4 cores, 8 GiB and 110 pods unless said otherwise. */
export function nodeOf(
  name: string,
  more: {
    readonly labels?: Record<string, string>;
    readonly spec?: Node["spec"];
    readonly allocatable?: Record<string, string>;
  } = {},
): Node {
  const allocatable = { cpu: "4", memory: "8Gi", pods: "110", ...more.allocatable };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { ...metadataOf(name), labels: { "kubernetes.io/hostname": name, ...more.labels } },
    spec: more.spec ?? {},
    status: { allocatable, capacity: allocatable },
  } as unknown as Node;
}

let made = 0;

/** A pod of one container. */
export function podOf(
  name: string,
  more: {
    readonly requests?: Record<string, string>;
    readonly spec?: Partial<Pod["spec"]>;
    readonly labels?: Record<string, string>;
    readonly node?: string;
  } = {},
): Pod {
  const resources = more.requests === undefined ? {} : { requests: more.requests };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...metadataOf(name),
      namespace: "default",
      ...(more.labels === undefined ? {} : { labels: more.labels }),
    },
    spec: {
      containers: [{ name: "main", image: "app", resources }],
      ...(more.node === undefined ? {} : { nodeName: more.node }),
      ...more.spec,
    },
    status: { phase: "Pending" },
  } as unknown as Pod;
}

/** The state with these nodes, the pods that have one of them, and what volumes there are. */
export function stateOf(
  nodes: readonly Node[],
  pods: readonly Pod[] = [],
  volumes: VolumeView = noVolumes,
): SchedulerState {
  const state = new SchedulerState(() => [], volumes);
  for (const node of nodes) state.setNode(node);
  for (const pod of pods) state.place(pod, pod.spec.nodeName!);
  return state;
}

export function verdictOf(pod: Pod, state: SchedulerState, seed = 1): Verdict {
  return decide(podInfo(pod), state, allPlugins, 0, seededRandom(seed));
}

/** The chosen node's name, or the sentence that says why there is none. */
export function outcomeOf(pod: Pod, state: SchedulerState): string {
  const verdict = verdictOf(pod, state);
  if (verdict.type === "fits") return verdict.node.node!.metadata.name;
  return unschedulableSentence(verdict, state.nodes.length, "");
}

function metadataOf(name: string) {
  made += 1;
  return { name, uid: `uid-${made}`, resourceVersion: String(made), creationTimestamp: "2026-01-01T00:00:00Z" };
}
