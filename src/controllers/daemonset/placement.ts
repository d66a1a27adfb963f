import type { DaemonSet } from "../../api/generated/apps-v1.ts";
import type { Affinity, Node, Pod, PodSpec, PodTemplateSpec, Toleration } from "../../api/generated/core-v1.ts";
import { nodeMatchesAny } from "../../api/core/v1/node-matching.ts";
import { untolerated } from "../../api/core/v1/tolerations.ts";

export const HASH_LABEL = "controller-revision-hash";
const GENERATION_LABEL = "pod-template-generation";
const GENERATION_ANNOTATION = "deprecated.daemonset.template.generation";

/** Whether a node should have a pod of the set: `stays` is for one that is there already. */
export interface Placement {
  readonly runs: boolean;
  readonly stays: boolean;
}

export function placementOn(node: Node, { spec: { template } }: DaemonSet): Placement {
  const spec = template.spec as PodSpec;
  const { nodeName = "", nodeSelector = {}, affinity } = spec;
  const none = { runs: false, stays: false };
  if (nodeName !== "" && nodeName !== node.metadata.name) return none;
  const { labels = {} } = node.metadata;
  if (!Object.entries(nodeSelector).every(([name, value]) => labels[name] === value)) return none;
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  if (required !== undefined && !nodeMatchesAny(required.nodeSelectorTerms, node)) return none;
  const taints = node.spec.taints ?? [];
  const tolerations = tolerationsOf(spec);
  const runs = untolerated(taints, tolerations, ({ effect }) => effect !== "PreferNoSchedule") === undefined;
  const stays = runs || untolerated(taints, tolerations, ({ effect }) => effect === "NoExecute") === undefined;
  return { runs, stays };
}

/** The template of the pod for one node: the scheduler can put it nowhere else. */
export function templateFor(set: DaemonSet, nodeName: string, hash: string): PodTemplateSpec {
  const { template } = set.spec;
  const spec = template.spec as PodSpec;
  const labels = { ...template.metadata?.labels, ...generationLabel(set), [HASH_LABEL]: hash };
  return {
    metadata: { ...template.metadata, labels },
    spec: { ...spec, tolerations: tolerationsOf(spec), affinity: pinned(spec.affinity, nodeName) },
  };
}

/** The node a pod is on, or the only one it can go to. */
export function targetNode({ spec }: Pod): string | undefined {
  if ((spec.nodeName ?? "") !== "") return spec.nodeName;
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  for (const { matchFields = [] } of terms) {
    for (const { key, operator, values = [] } of matchFields) {
      if (key === "metadata.name" && operator === "In" && values.length === 1) return values[0];
    }
  }
  return undefined;
}

/** Whether a pod has the present template. */
export function isUpdated({ metadata }: Pod, set: DaemonSet, hash: string): boolean {
  const { labels = {} } = metadata;
  const generation = generationLabel(set)[GENERATION_LABEL];
  return labels[HASH_LABEL] === hash || (generation !== undefined && labels[GENERATION_LABEL] === generation);
}

/** Pods that keep a node going must not be driven off by its troubles. */
function tolerationsOf({ tolerations = [], hostNetwork }: PodSpec): readonly Toleration[] {
  const node = (name: string, effect: "NoExecute" | "NoSchedule"): Toleration => ({
    key: `node.kubernetes.io/${name}`,
    operator: "Exists",
    effect,
  });
  const added = [
    node("not-ready", "NoExecute"),
    node("unreachable", "NoExecute"),
    node("disk-pressure", "NoSchedule"),
    node("memory-pressure", "NoSchedule"),
    node("pid-pressure", "NoSchedule"),
    node("unschedulable", "NoSchedule"),
    ...(hostNetwork === true ? [node("network-unavailable", "NoSchedule")] : []),
  ];
  const isReplaced = (own: Toleration) =>
    added.some(({ key, effect }) => key === own.key && effect === own.effect && own.operator === "Exists");
  return [...tolerations.filter((own) => !isReplaced(own)), ...added];
}

function pinned(affinity: Affinity | undefined, nodeName: string): Affinity {
  const nodeSelectorTerms = [{ matchFields: [{ key: "metadata.name", operator: "In" as const, values: [nodeName] }] }];
  const nodeAffinity = {
    ...affinity?.nodeAffinity,
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms },
  };
  return { ...affinity, nodeAffinity };
}

function generationLabel({ metadata }: DaemonSet): Readonly<Record<string, string>> {
  const generation = metadata.annotations?.[GENERATION_ANNOTATION];
  return generation === undefined ? {} : { [GENERATION_LABEL]: generation };
}
