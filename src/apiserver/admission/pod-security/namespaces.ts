import type { Namespace, Pod } from "../../../api/generated/core-v1.ts";
import type { Clock } from "../../../base/clock.ts";
import type { KubeObject } from "../../../machinery/object.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { invalidError } from "../../../machinery/status.ts";
import type { AdmissionRequest } from "../admission.ts";
import type { Lookup } from "../lookup.ts";
import { existingPodWarnings } from "./existing-pods.ts";
import { policyOf } from "./policy.ts";
import { isStricter, type Standard } from "./standard.ts";

/** Labels must be right when they are written; who makes a namespace stricter is told of the pods that are there. */
export function checkNamespace(request: AdmissionRequest, lookup: Lookup, clock: Pick<Clock, "now">): void {
  const { object, old, operation, subresource, warn } = request;
  if (subresource !== "") return;
  const { metadata } = object as unknown as Namespace;
  const next = policyOf(metadata.labels);
  const before = operation === "UPDATE" ? policyOf((old as KubeObject).metadata.labels) : undefined;
  if (next.issues.length > 0 && !sameJson(next.issues, before?.issues)) {
    throw invalidError({ group: "", name: "Namespace" }, metadata.name, next.issues);
  }
  if (before === undefined || !asksForMore(next.enforce, before.enforce)) return;
  const pods = lookup.list<Pod>("core/pods", metadata.name);
  for (const text of existingPodWarnings(metadata.name, pods, next.enforce, clock)) warn(text);
}

/** What another version of the same level asks is not known before looking. */
function asksForMore(next: Standard, before: Standard): boolean {
  if (next.level === "privileged") return false;
  return next.version !== before.version || isStricter(next.level, before.level);
}
