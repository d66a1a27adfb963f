import type { Pod } from "../../../api/generated/core-v1.ts";
import type { Clock } from "../../../base/clock.ts";
import { byteOrder } from "../../../machinery/byte-order.ts";
import { reasonsText, violationsOf } from "./evaluate.ts";
import { type Standard, standardText } from "./standard.ts";

/** So many pods are looked at, and so long, when a namespace is to be stricter. */
const MOST_PODS = 3000;
const PATIENCE_MS = 1000;

/** What is to be said of the pods of a namespace that go beyond what is enforced from now on. They stay. */
export function existingPodWarnings(
  namespace: string,
  pods: readonly Pod[],
  enforce: Standard,
  clock: Pick<Clock, "now">,
): readonly string[] {
  const deadline = clock.now() + PATIENCE_MS;
  const namesByReasons = new Map<string, string[]>();
  let checked = 0;
  for (const pod of oneOfEachFirst(pods).slice(0, MOST_PODS)) {
    const violations = violationsOf(enforce, pod);
    if (violations.length > 0) {
      const reasons = reasonsText(violations);
      const names = namesByReasons.get(reasons);
      if (names === undefined) namesByReasons.set(reasons, [pod.metadata.name]);
      else names.push(pod.metadata.name);
    }
    checked++;
    if (clock.now() >= deadline) break;
  }
  const found = [...namesByReasons].map(([reasons, names]) => `${podsText(names)}: ${reasons}`).toSorted(byteOrder);
  const unfinished = `new PodSecurity enforce level only checked against the first ${checked} of ${pods.length} existing pods`;
  const header = `existing pods in namespace "${namespace}" violate the new PodSecurity enforce level "${standardText(enforce)}"`;
  return [...(checked < pods.length ? [unfinished] : []), ...(found.length > 0 ? [header] : []), ...found];
}

/** Where not all can be looked at, replicas of the same controller come after everything else. */
function oneOfEachFirst(pods: readonly Pod[]): readonly Pod[] {
  const seen = new Set<string>();
  const first: Pod[] = [];
  const replicas: Pod[] = [];
  for (const pod of pods) {
    const controller = pod.metadata.ownerReferences?.find((owner) => owner.controller === true)?.uid;
    if (controller === undefined || !seen.has(controller)) first.push(pod);
    else replicas.push(pod);
    if (controller !== undefined) seen.add(controller);
  }
  return [...first, ...replicas];
}

/** `a`, `a (and 1 other pod)`, `a (and 2 other pods)`: the first by name stands for all. */
function podsText(names: readonly string[]): string {
  const [first] = names.toSorted(byteOrder);
  const others = names.length - 1;
  if (others === 0) return first!;
  return `${first} (and ${others} other ${others === 1 ? "pod" : "pods"})`;
}
