import type { NodeInfo } from "../node-info.ts";
import { MAX_SCORE, nodeOf, type Plugin, type PodRules, refuse, type View } from "../plugin.ts";
import { type AffinityTerm, type PodInfo, termMatches, type WeightedTerm } from "../pod-info.ts";

/** What an existing pod's required affinity adds to a place that satisfies it. */
const HARD_AFFINITY_WEIGHT = 1;

/** Pods beside pods, or away from them. */
export const interPodAffinity: Plugin = {
  name: "InterPodAffinity",
  weight: 2,
  wakesOn: ["node-added", "node-labels", "pod-added", "pod-labels", "pod-removed", "namespace-labels"],
  forPod(pod, view) {
    const repelled = countRepelled(pod, view);
    const near = pod.affinity.length === 0 ? undefined : countMatching(pod.affinity, view, true);
    const away = pod.antiAffinity.length === 0 ? undefined : countMatching(pod.antiAffinity, view, false);
    const liked = preferences(pod, view);
    const filters = repelled.size > 0 || near !== undefined || away !== undefined;
    if (!filters && liked.size === 0) return undefined;
    const rules: PodRules = {
      ...(filters ? { filter: filterOf(pod, view, repelled, near, away) } : {}),
      ...(liked.size === 0 ? {} : { score: (info: NodeInfo) => likedScore(info, liked), normalize: spreadOut }),
    };
    return rules;
  },
};

/** How many pods count for each place: `topologyKey=value`. */
type Places = ReadonlyMap<string, number>;

const REFUSED_BY_OTHERS = refuse(true, "node(s) didn't satisfy existing pods anti-affinity rules");
const REFUSED_NEAR = refuse(false, "node(s) didn't match pod affinity rules");
const REFUSED_AWAY = refuse(true, "node(s) didn't match pod anti-affinity rules");

function filterOf(pod: PodInfo, view: View, repelled: Places, near: Places | undefined, away: Places | undefined) {
  // The first pod of a group that wants to be together may go anywhere, if it is of its own group.
  const isFirst =
    near !== undefined &&
    near.size === 0 &&
    pod.affinity.every((term) => termMatches(term, pod.pod, view.namespaceLabels));
  return (info: NodeInfo) => {
    const labels = nodeOf(info).metadata.labels ?? {};
    if (near !== undefined) {
      const placed = pod.affinity.every(({ topologyKey }) => labels[topologyKey] !== undefined);
      const beside = pod.affinity.every(
        ({ topologyKey }) => (near.get(`${topologyKey}=${labels[topologyKey]}`) ?? 0) > 0,
      );
      if (!placed || (!beside && !isFirst)) return REFUSED_NEAR;
    }
    if (away !== undefined) {
      const met = pod.antiAffinity.some(
        ({ topologyKey }) => (away.get(`${topologyKey}=${labels[topologyKey]}`) ?? 0) > 0,
      );
      if (met) return REFUSED_AWAY;
    }
    if (
      repelled.size > 0 &&
      Object.entries(labels).some(([key, value]) => (repelled.get(`${key}=${value}`) ?? 0) > 0)
    ) {
      return REFUSED_BY_OTHERS;
    }
    return undefined;
  };
}

/** The places of pods whose anti-affinity the pod would hurt. */
function countRepelled(pod: PodInfo, { antiAffinityNodes, namespaceLabels }: View): Places {
  const places = new Map<string, number>();
  for (const info of antiAffinityNodes) {
    for (const other of info.withAntiAffinity) {
      for (const term of other.antiAffinity) {
        if (termMatches(term, pod.pod, namespaceLabels)) addPlace(places, info, term.topologyKey, 1);
      }
    }
  }
  return places;
}

/** The places of pods that the terms mean. For affinity a pod counts only if it satisfies every term. */
function countMatching(terms: readonly AffinityTerm[], { nodes, namespaceLabels }: View, all: boolean): Places {
  const places = new Map<string, number>();
  for (const info of nodes) {
    for (const { pod } of info.pods.values()) {
      if (pod.metadata.deletionTimestamp !== undefined && !all) continue;
      const fits = (term: AffinityTerm) => termMatches(term, pod, namespaceLabels);
      if (all && !terms.every(fits)) continue;
      for (const term of terms) if (all || fits(term)) addPlace(places, info, term.topologyKey, 1);
    }
  }
  return places;
}

/** What the pod prefers, and what others prefer of it. */
function preferences(pod: PodInfo, { nodes, affinityNodes, namespaceLabels }: View): Places {
  const places = new Map<string, number>();
  const own = pod.preferredAffinity.length + pod.preferredAntiAffinity.length > 0;
  for (const info of own ? nodes : affinityNodes) {
    for (const other of own ? info.pods.values() : info.withAffinity) {
      const count = (terms: readonly WeightedTerm[], of: PodInfo, sign: 1 | -1) => {
        for (const { term, weight } of terms) {
          if (termMatches(term, of.pod, namespaceLabels)) addPlace(places, info, term.topologyKey, sign * weight);
        }
      };
      count(pod.preferredAffinity, other, 1);
      count(pod.preferredAntiAffinity, other, -1);
      count(other.preferredAffinity, pod, 1);
      count(other.preferredAntiAffinity, pod, -1);
      count(
        other.affinity.map((term) => ({ term, weight: HARD_AFFINITY_WEIGHT })),
        pod,
        1,
      );
    }
  }
  return places;
}

function likedScore(info: NodeInfo, liked: Places): number {
  let total = 0;
  for (const [key, value] of Object.entries(nodeOf(info).metadata.labels ?? {}))
    total += liked.get(`${key}=${value}`) ?? 0;
  return total;
}

/** Scores may be negative: the worst becomes 0, the best 100. */
function spreadOut(scores: readonly number[]): readonly number[] {
  const lowest = Math.min(...scores);
  const width = Math.max(...scores) - lowest;
  return scores.map((score) => (width > 0 ? Math.floor((MAX_SCORE * (score - lowest)) / width) : 0));
}

function addPlace(places: Map<string, number>, info: NodeInfo, topologyKey: string, amount: number): void {
  const value = info.node?.metadata.labels?.[topologyKey];
  if (value === undefined) return;
  const place = `${topologyKey}=${value}`;
  places.set(place, (places.get(place) ?? 0) + amount);
}
