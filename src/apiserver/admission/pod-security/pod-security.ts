import type { Namespace, Pod } from "../../../api/generated/core-v1.ts";
import type { Clock } from "../../../base/clock.ts";
import type { KubeObject } from "../../../machinery/object.ts";
import { internalError } from "../../../machinery/status.ts";
import type { AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import type { Lookup } from "../lookup.ts";
import { refusal } from "../refusal.ts";
import type { CheckedPod } from "./check.ts";
import { detailsText, violationsOf } from "./evaluate.ts";
import { checkNamespace } from "./namespaces.ts";
import { type Policy, policyOf } from "./policy.ts";
import { isSignificant } from "./significant.ts";
import { type Standard, standardText } from "./standard.ts";
import { templates } from "./templates.ts";

/**
 * The Pod Security Standards: labels of a namespace say how far its pods may go. Pods beyond what is enforced are refused,
 * pods and templates beyond what is warned of are warned of.
 */
export function podSecurity(lookup: Lookup, clock: Pick<Clock, "now">): AdmissionPlugin {
  return {
    name: "PodSecurity",
    validate(request) {
      const { operation, kind } = request;
      if (operation !== "CREATE" && operation !== "UPDATE") return;
      const resource = `${kind.group}/${kind.plural}`;
      if (resource === "/namespaces") checkNamespace(request, lookup, clock);
      else if (resource === "/pods") checkPod(request, lookup);
      else if (templates.has(resource)) checkTemplate(request, resource, lookup);
    },
  };
}

/** Writes that leave what a pod is made of as it is. */
const OTHER_WRITES = new Set(["binding", "eviction", "status"]);

function checkPod(request: AdmissionRequest, lookup: Lookup): void {
  if (OTHER_WRITES.has(request.subresource)) return;
  const { namespace, object, old } = request;
  const policy = policyIn(namespace, lookup);
  if (policy === undefined) throw internalError(`failed to lookup namespace "${namespace}"`);
  const pod = object as unknown as Pod;
  if (request.operation === "UPDATE" && !isSignificant(pod, old as Pod)) return;
  const { enforce } = policy;
  const violations = violationsOf(enforce, pod);
  if (violations.length > 0) {
    throw refusal(request, `violates PodSecurity "${standardText(enforce)}": ${detailsText(violations)}`);
  }
  warnOf(request, policy.warn, pod);
}

/** A template makes nothing yet: what comes of it is refused. */
function checkTemplate(request: AdmissionRequest, resource: string, lookup: Lookup): void {
  if (request.subresource !== "") return;
  const policy = policyIn(request.namespace, lookup);
  if (policy === undefined || policy.warn.level === "privileged") return;
  const template = templates.get(resource)!(request.object as unknown as KubeObject);
  if (template !== undefined) warnOf(request, policy.warn, template);
}

function policyIn(namespace: string, lookup: Lookup): Policy | undefined {
  const present = lookup.get<Namespace>("core/namespaces", namespace);
  return present === undefined ? undefined : policyOf(present.metadata.labels);
}

function warnOf({ warn }: AdmissionRequest, standard: Standard, pod: CheckedPod): void {
  const violations = violationsOf(standard, pod);
  if (violations.length > 0) warn(`would violate PodSecurity "${standardText(standard)}": ${detailsText(violations)}`);
}
