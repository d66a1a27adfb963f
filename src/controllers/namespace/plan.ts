import type { NamespaceCondition, NamespaceStatus, Pod } from "../../api/generated/core-v1.ts";
import { byteOrder } from "../../machinery/byte-order.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { formatTime, parseTime } from "../../machinery/time.ts";
import { conditionOf } from "../conditions.ts";
import { isEnded } from "../pods/condition.ts";

/** How long loops may take that hold objects by finalizers, in seconds. */
const FINALIZERS_TAKE = 15;

/** What is left of one kind after its objects were asked to go. */
export interface Remains {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly count: number;
  /** How many objects each finalizer holds. */
  readonly finalizers: ReadonlyMap<string, number>;
  /** How long it may still take, in seconds. */
  readonly takesSeconds: number;
  readonly failure?: string;
}

type KindName = Pick<Remains, "group" | "version" | "plural">;

/** @param graceSeconds for how long pods may still end properly. */
export function remainsOf(
  { group, version, plural }: KindName,
  namespace: string,
  left: readonly KubeObject[],
  graceSeconds: number,
): Remains {
  const finalizers = new Map<string, number>();
  for (const { metadata } of left) {
    for (const name of metadata.finalizers ?? []) finalizers.set(name, (finalizers.get(name) ?? 0) + 1);
  }
  const found = { group, version, plural, count: left.length, finalizers };
  if (left.length === 0) return { ...found, takesSeconds: 0 };
  if (graceSeconds > 0) return { ...found, takesSeconds: graceSeconds };
  if (finalizers.size > 0) return { ...found, takesSeconds: FINALIZERS_TAKE };
  const kind = `${group}/${version}, Resource=${plural}`;
  const failure = `unexpected items still remain in namespace: ${namespace} for gvr: ${kind}`;
  return { ...found, takesSeconds: 0, failure };
}

/** How long pods may take to end, from the deletion of their namespace; 0 once that has passed. */
export function podGraceSeconds(pods: readonly Pod[], deletedAt: string, nowMs: number): number {
  const graces = pods.filter((pod) => !isEnded(pod)).map(({ spec }) => spec.terminationGracePeriodSeconds ?? 0);
  const longest = Math.max(0, ...graces);
  return nowMs - parseTime(deletedAt) >= longest * 1000 ? 0 : longest;
}

/**
 * The status of a namespace that is going.
 * @param totals whether what remains is told: not while only pods were asked to go.
 */
export function deletionStatus(
  status: NamespaceStatus,
  remains: readonly Remains[],
  totals: boolean,
  nowMs: number,
): NamespaceStatus {
  const told = totals ? remains.filter(({ count }) => count > 0) : [];
  const failures = remains.flatMap(({ failure }) => (failure === undefined ? [] : [failure])).sort(byteOrder);
  const wanted = [
    condition("NamespaceDeletionDiscoveryFailure", undefined, [
      "ResourcesDiscovered",
      "All resources successfully discovered",
    ]),
    condition("NamespaceDeletionGroupVersionParsingFailure", undefined, [
      "ParsedGroupVersions",
      "All legacy kube types successfully parsed",
    ]),
    condition(
      "NamespaceDeletionContentFailure",
      failures.length === 0
        ? undefined
        : [
            "ContentDeletionFailed",
            `Failed to delete all resource types, ${failures.length} remaining: ${failures.join(", ")}`,
          ],
      ["ContentDeleted", "All content successfully deleted, may be waiting on finalization"],
    ),
    condition("NamespaceContentRemaining", contentRemaining(told), [
      "ContentRemoved",
      "All content successfully removed",
    ]),
    condition("NamespaceFinalizersRemaining", finalizersRemaining(told), [
      "ContentHasNoFinalizers",
      "All content-preserving finalizers finished",
    ]),
  ];
  let conditions = status.conditions ?? [];
  for (const next of wanted) conditions = updated(conditions, next, nowMs);
  return { ...status, phase: "Terminating", conditions };
}

type Said = readonly [reason: string, message: string];

function condition(
  type: string,
  problem: Said | undefined,
  fine: Said,
): Omit<NamespaceCondition, "lastTransitionTime"> {
  const [reason, message] = problem ?? fine;
  return { type, status: problem === undefined ? "False" : "True", reason, message };
}

/** Conditions keep their places; a new message alone is no transition. */
function updated(
  conditions: readonly NamespaceCondition[],
  next: Omit<NamespaceCondition, "lastTransitionTime">,
  nowMs: number,
): readonly NamespaceCondition[] {
  const present = conditionOf(conditions, next.type);
  const lastTransitionTime = present?.status === next.status ? present.lastTransitionTime : formatTime(nowMs);
  if (present === undefined) return [...conditions, { ...next, lastTransitionTime }];
  return conditions.map((old) => (old === present ? { ...next, lastTransitionTime } : old));
}

function contentRemaining(remains: readonly Remains[]): Said | undefined {
  if (remains.length === 0) return undefined;
  const texts = remains.map(({ plural, group, count }) => `${plural}.${group} has ${count} resource instances`);
  return ["SomeResourcesRemain", `Some resources are remaining: ${texts.sort(byteOrder).join(", ")}`];
}

function finalizersRemaining(remains: readonly Remains[]): Said | undefined {
  const counts = new Map<string, number>();
  for (const { finalizers } of remains) {
    for (const [name, count] of finalizers) counts.set(name, (counts.get(name) ?? 0) + count);
  }
  if (counts.size === 0) return undefined;
  const texts = [...counts].map(([name, count]) => `${name} in ${count} resource instances`);
  const list = texts.sort(byteOrder).join(", ");
  return ["SomeFinalizersRemain", `Some content in the namespace has finalizers remaining: ${list}`];
}
