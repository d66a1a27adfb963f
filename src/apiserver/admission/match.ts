import type { RuleWithOperations } from "../../api/generated/admissionregistration-v1.ts";
import type { Namespace } from "../../api/generated/core-v1.ts";
import type { Kind } from "../../api/kind.ts";
import { type Labels, matches, selectorOf } from "../../machinery/labels.ts";
import type { LabelSelector } from "../../machinery/object.ts";
import { notFoundError } from "../../machinery/status.ts";
import type { AdmissionRequest } from "./admission.ts";
import type { Lookup } from "./lookup.ts";

/** @param kind as which the request is looked at: its own, or another version of it */
export function ruleMatches(rule: RuleWithOperations, request: AdmissionRequest, kind: Kind = request.kind): boolean {
  const { subresource, operation } = request;
  return (
    includes(rule.operations, operation) &&
    includes(rule.apiGroups, kind.group) &&
    includes(rule.apiVersions, kind.version) &&
    scopeMatches(rule.scope, request) &&
    (rule.resources ?? []).some((resource) => resourceMatches(resource, kind.plural, subresource))
  );
}

function includes(wanted: readonly string[] | undefined, value: string): boolean {
  return wanted !== undefined && (wanted.includes("*") || wanted.includes(value));
}

/** `pods`, `pods/status`, `pods/*`, `*`, all with `/scale`: a star before the slash is every resource, one behind it every subresource or none. */
function resourceMatches(pattern: string, plural: string, subresource: string): boolean {
  const [resource = "", sub = ""] = pattern.split("/", 2);
  return (resource === "*" || resource === plural) && (sub === "*" || sub === subresource);
}

/** A Namespace is an object of the cluster, though it is written under its own name. */
function scopeMatches(scope: string, request: AdmissionRequest): boolean {
  if (scope === "*") return true;
  const isNamespaced = request.namespace !== "" && !isNamespace(request);
  return isNamespaced === (scope === "Namespaced");
}

export function isNamespace({ kind }: AdmissionRequest): boolean {
  return kind.group === "" && kind.kind === "Namespace";
}

/** Either form of the object may match, so that a change of labels hides nothing. */
export function objectMatches(labelSelector: LabelSelector, { object, old }: AdmissionRequest): boolean {
  const selector = selectorOf(labelSelector);
  if (selector.requirements.length === 0 && !selector.nothing) return true;
  return [object, old].some((form) => form !== undefined && matches(selector, labelsOf(form)));
}

/** @throws {StatusError} 404 where the namespace is gone */
export function namespaceMatches(labelSelector: LabelSelector, request: AdmissionRequest, lookup: Lookup): boolean {
  const selector = selectorOf(labelSelector);
  if (selector.requirements.length === 0 && !selector.nothing) return true;
  if (isNamespace(request)) {
    const form = request.operation === "DELETE" ? request.old : (request.object ?? request.old);
    return form !== undefined && matches(selector, labelsOf(form));
  }
  if (request.namespace === "") return true;
  const namespace = lookup.get<Namespace>("core/namespaces", request.namespace);
  if (namespace === undefined) throw notFoundError({ group: "", name: "namespaces" }, request.namespace);
  return matches(selector, namespace.metadata.labels);
}

function labelsOf(form: object): Labels | undefined {
  return (form as { readonly metadata?: { readonly labels?: Labels } }).metadata?.labels;
}
