import { approvalCondition } from "../../api/apiextensions/v1/approval.ts";
import type { CustomResourceDefinition } from "../../api/apiextensions/v1/custom-resource-definition.ts";
import { setCondition } from "../../machinery/conditions.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { formatTime } from "../../machinery/time.ts";

type Status = CustomResourceDefinition["status"];
type Names = Status["acceptedNames"];

/**
 * What a definition's status should say: its names are accepted one by one unless another definition of the group has them,
 * and once all are, it is established for good.
 * @param others the definitions of the same group
 */
export function definitionStatus(
  definition: CustomResourceDefinition,
  others: readonly CustomResourceDefinition[],
  nowMs: number,
): Status {
  const { spec } = definition;
  const status = withApproval(definition, nowMs);
  const wanted = withoutEmpty(spec.names);
  if (sameJson(wanted, withoutEmpty(status.acceptedNames))) return established(status, nowMs);
  const taken = takenBy(others);
  const conflicts: (readonly [reason: string, message: string])[] = [];
  const accepted: { -readonly [K in keyof Names]: Names[K] } = { ...status.acceptedNames };
  for (const name of ["plural", "singular", "kind", "listKind"] as const) {
    const isKind = name === "kind" || name === "listKind";
    const text = wanted[name] ?? "";
    if (text !== status.acceptedNames[name] && (isKind ? taken.kinds : taken.resources).has(text)) {
      conflicts.push([`${name[0]!.toUpperCase()}${name.slice(1)}Conflict`, inUse(text)]);
    } else accepted[name] = text;
    if (name === "singular") acceptShortNames(wanted, accepted, taken.resources, conflicts);
  }
  if (wanted.categories === undefined) delete accepted.categories;
  else accepted.categories = wanted.categories;
  const [reason, message] = conflicts.at(-1) ?? ["NoConflicts", "no conflicts found"];
  const lastTransitionTime = formatTime(nowMs);
  const named = {
    type: "NamesAccepted",
    status: conflicts.length === 0 ? "True" : "False",
    lastTransitionTime,
    reason,
    message,
  };
  const next = { ...status, acceptedNames: accepted, conditions: setCondition(status.conditions, named) };
  return established(next, nowMs);
}

function withApproval(definition: CustomResourceDefinition, nowMs: number): Status {
  const { status } = definition;
  const condition = approvalCondition(definition);
  if (condition === undefined) return status;
  const { reason, message } = status.conditions?.find(({ type }) => type === condition.type) ?? {};
  if (reason === condition.reason && message === condition.message) return status;
  const lastTransitionTime = formatTime(nowMs);
  return { ...status, conditions: setCondition(status.conditions, { ...condition, lastTransitionTime }) };
}

function acceptShortNames(
  wanted: Names,
  accepted: { -readonly [K in keyof Names]: Names[K] },
  taken: ReadonlySet<string>,
  conflicts: (readonly [string, string])[],
): void {
  const fresh = (wanted.shortNames ?? []).filter((name) => accepted.shortNames?.includes(name) !== true);
  const inOthers = fresh.filter((name) => taken.has(name)).map(inUse);
  if (inOthers.length > 0) {
    conflicts.push(["ShortNamesConflict", inOthers.length === 1 ? inOthers[0]! : `[${inOthers.join(", ")}]`]);
  } else if (wanted.shortNames === undefined) delete accepted.shortNames;
  else accepted.shortNames = wanted.shortNames;
}

function inUse(name: string): string {
  return `"${name}" is already in use`;
}

function takenBy(others: readonly CustomResourceDefinition[]) {
  const names = others.map(({ status }) => status.acceptedNames);
  return {
    resources: new Set(
      names.flatMap(({ plural, singular = "", shortNames = [] }) => [plural, singular, ...shortNames]),
    ),
    kinds: new Set(names.flatMap(({ kind, listKind = "" }) => [kind, listKind])),
  };
}

function established(status: Status, nowMs: number): Status {
  const is = (type: string) => status.conditions?.find((condition) => condition.type === type)?.status === "True";
  if (is("Established")) return status;
  const condition = {
    type: "Established",
    lastTransitionTime: formatTime(nowMs),
    ...(is("NamesAccepted")
      ? { status: "True", reason: "InitialNamesAccepted", message: "the initial names have been accepted" }
      : { status: "False", reason: "NotAccepted", message: "not all names are accepted" }),
  };
  return { ...status, conditions: setCondition(status.conditions, condition) };
}

function withoutEmpty(names: Names): Names {
  return Object.fromEntries(
    Object.entries(names).filter(([, value]) => (Array.isArray(value) ? value.length > 0 : value !== "")),
  ) as unknown as Names;
}
