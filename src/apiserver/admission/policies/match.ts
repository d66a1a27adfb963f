import type { MatchResources, NamedRuleWithOperations } from "../../../api/generated/admissionregistration-v1.ts";
import type { Kind } from "../../../api/kind.ts";
import type { AdmissionRequest } from "../admission.ts";
import type { Lookup } from "../lookup.ts";
import { namespaceMatches, objectMatches, ruleMatches } from "../match.ts";
import type { Equivalents } from "./versions.ts";

export interface MatchParts {
  readonly lookup: Lookup;
  readonly equivalents: Equivalents;
}

/**
 * As which kind a request is meant: its own, or another version of it that a rule names. Undefined where it is not meant.
 * @throws {StatusError} 404 where the namespace is gone
 */
export function matchedKind(
  resources: MatchResources,
  request: AdmissionRequest,
  { lookup, equivalents }: MatchParts,
): Kind | undefined {
  const { resourceRules = [], excludeResourceRules = [], matchPolicy } = resources;
  const kinds = [request.kind, ...(matchPolicy === "Exact" ? [] : equivalents(request.kind))];
  const kindIn = (rules: readonly NamedRuleWithOperations[]) =>
    kinds.find((kind) => rules.some((rule) => namedRuleMatches(rule, request, kind)));
  const kind = resourceRules.length === 0 ? request.kind : kindIn(resourceRules);
  if (kind === undefined || kindIn(excludeResourceRules) !== undefined) return undefined;
  const isMeant =
    objectMatches(resources.objectSelector, request) && namespaceMatches(resources.namespaceSelector, request, lookup);
  return isMeant ? kind : undefined;
}

function namedRuleMatches(rule: NamedRuleWithOperations, request: AdmissionRequest, kind: Kind): boolean {
  const { resourceNames = [] } = rule;
  return ruleMatches(rule, request, kind) && (resourceNames.length === 0 || resourceNames.includes(request.name));
}

const REVIEWS = new Set(["authentication.k8s.io", "authorization.k8s.io"]);

/** Policies are not asked about admission itself, nor about questions who somebody is and what they may do. */
export function isLeftAlone({ kind }: AdmissionRequest): boolean {
  return kind.group === "admissionregistration.k8s.io" || REVIEWS.has(kind.group);
}
