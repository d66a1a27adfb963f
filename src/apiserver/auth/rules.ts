import type { PolicyRule } from "./user.ts";

/** Tells whether a rule allows a verb on a resource; `combined` is `pods` or `pods/log`. Names are judged apart. */
export function allowsResource(
  rule: PolicyRule,
  verb: string,
  group: string,
  combined: string,
  subresource: string,
): boolean {
  return (
    has(rule.verbs, verb) &&
    has(rule.apiGroups, group) &&
    (has(rule.resources, combined) || (subresource !== "" && rule.resources.includes(`*/${subresource}`)))
  );
}

export function allowsName(rule: PolicyRule, name: string): boolean {
  return rule.resourceNames.length === 0 || rule.resourceNames.includes(name);
}

export function allowsPath(rule: PolicyRule, verb: string, path: string): boolean {
  return has(rule.verbs, verb) && rule.nonResourceURLs.some((pattern) => coversPath(pattern, path));
}

/** What of `wanted` is not covered by `held`, in the smallest pieces: one group, resource, name and verb each. */
export function uncovered(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): readonly PolicyRule[] {
  return wanted.flatMap((rule) => [...pieces(rule)]).filter((piece) => !held.some((rule) => covers(rule, piece)));
}

/** Joins pieces that differ by verb only. */
export function compacted(rules: readonly PolicyRule[]): readonly PolicyRule[] {
  const joined = new Map<string, PolicyRule>();
  const others: PolicyRule[] = [];
  for (const piece of rules) {
    if (piece.nonResourceURLs.length > 0) {
      others.push(piece);
      continue;
    }
    const key = JSON.stringify([piece.apiGroups, piece.resources, piece.resourceNames]);
    const before = joined.get(key);
    joined.set(key, before === undefined ? piece : { ...before, verbs: [...before.verbs, ...piece.verbs] });
  }
  return [...others, ...joined.values()];
}

function* pieces(rule: PolicyRule): Iterable<PolicyRule> {
  const none = { apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [] };
  for (const group of rule.apiGroups) {
    for (const resource of rule.resources) {
      for (const verb of rule.verbs) {
        const piece = { ...none, apiGroups: [group], resources: [resource], verbs: [verb] };
        if (rule.resourceNames.length === 0) yield piece;
        for (const name of rule.resourceNames) yield { ...piece, resourceNames: [name] };
      }
    }
  }
  for (const path of rule.nonResourceURLs) {
    for (const verb of rule.verbs) yield { ...none, nonResourceURLs: [path], verbs: [verb] };
  }
}

function covers(held: PolicyRule, piece: PolicyRule): boolean {
  return (
    hasAll(held.verbs, piece.verbs) &&
    hasAll(held.apiGroups, piece.apiGroups) &&
    piece.resources.every((resource) => coversResource(held.resources, resource)) &&
    piece.nonResourceURLs.every((path) => held.nonResourceURLs.some((pattern) => coversPath(pattern, path))) &&
    (held.resourceNames.length === 0 ||
      (piece.resourceNames.length > 0 && piece.resourceNames.every((name) => held.resourceNames.includes(name))))
  );
}

function coversResource(held: readonly string[], resource: string): boolean {
  if (has(held, resource)) return true;
  const slash = resource.indexOf("/");
  return slash >= 0 && held.includes(`*/${resource.slice(slash + 1)}`);
}

function coversPath(pattern: string, path: string): boolean {
  if (pattern === path) return true;
  return pattern.endsWith("*") && path.startsWith(pattern.replace(/\*+$/, ""));
}

function has(values: readonly string[], value: string): boolean {
  return values.includes(value) || values.includes("*");
}

function hasAll(values: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((value) => has(values, value));
}
