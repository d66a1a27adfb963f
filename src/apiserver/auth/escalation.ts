import { sameJson } from "../../machinery/same-json.ts";
import { quoted } from "../../machinery/issue.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { forbiddenError, notFoundError } from "../../machinery/status.ts";
import { MASTERS } from "./groups.ts";
import { policyRule, type Rbac } from "./rbac.ts";
import { type ClusterRole, RBAC_GROUP, type RoleBinding } from "./rbac-objects.ts";
import { compacted, uncovered } from "./rules.ts";
import type { Authorizer, PolicyRule, User } from "./user.ts";

/** A write of a role or a binding, before it is stored. */
export interface GrantingWrite<T extends KubeObject> {
  readonly user: User;
  readonly rbac: Rbac;
  /** Says who may `escalate` and `bind`; RBAC itself or a union with others. */
  readonly authorizer: Authorizer;
  /** "" for a ClusterRole or a ClusterRoleBinding. */
  readonly namespace: string;
  readonly object: T;
  /** Absent for a creation. */
  readonly old?: T;
}

const EVERYTHING: readonly PolicyRule[] = [
  { verbs: ["*"], apiGroups: ["*"], resources: ["*"], resourceNames: [], nonResourceURLs: [] },
  { verbs: ["*"], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: ["*"] },
];

/**
 * Nobody writes a role that allows more than they may do themselves, unless allowed to `escalate`.
 * @throws StatusError 403
 */
export function checkRoleWrite(write: GrantingWrite<ClusterRole>): void {
  const { user, authorizer, namespace, object, old } = write;
  const plural = namespace === "" ? "clusterroles" : "roles";
  if (user.groups.includes(MASTERS)) return;
  const resource = {
    group: RBAC_GROUP,
    version: "*",
    plural,
    subresource: "",
    namespace,
    name: old?.metadata.name ?? "",
  };
  if (authorizer.authorize({ user, verb: "escalate", resource }).allowed) return;
  if (old !== undefined && differsForCollectorOnly(object, old)) return;
  checkHeld(write, plural, (object.rules ?? []).map(policyRule));
  if (!isAggregated(object) && (old === undefined || !isAggregated(old))) return;
  // An aggregated role can gather anything, so it takes the right to do everything.
  if (missing(write, EVERYTHING) !== undefined) {
    const why = "must have cluster-admin privileges to use the aggregationRule";
    throw forbiddenError({ group: RBAC_GROUP, name: plural }, object.metadata.name, why);
  }
}

/**
 * Nobody binds a role that allows more than they may do themselves, unless allowed to `bind` it.
 * @throws StatusError 403, or 404 if there is no such role to compare with.
 */
export function checkBindingWrite(write: GrantingWrite<RoleBinding>): void {
  const { user, authorizer, rbac, namespace, object, old } = write;
  const { roleRef } = object;
  if (user.groups.includes(MASTERS)) return;
  if (old !== undefined && differsForCollectorOnly(object, old)) return;
  const plural = roleRef.kind === "ClusterRole" ? "clusterroles" : "roles";
  const group = roleRef.apiGroup ?? RBAC_GROUP;
  const resource = { group, version: "*", plural, subresource: "", namespace, name: roleRef.name };
  if (authorizer.authorize({ user, verb: "bind", resource }).allowed) return;
  const rules = rbac.rulesOf(roleRef, namespace);
  const bindings = namespace === "" ? "clusterrolebindings" : "rolebindings";
  // Kubernetes names the bindings where the role is meant.
  if (rules === undefined) throw notFoundError({ group: RBAC_GROUP, name: bindings }, roleRef.name);
  checkHeld(write, bindings, rules);
}

function checkHeld(write: GrantingWrite<KubeObject>, plural: string, rules: readonly PolicyRule[]): void {
  const why = missing(write, rules);
  if (why !== undefined) throw forbiddenError({ group: RBAC_GROUP, name: plural }, write.object.metadata.name, why);
}

/** What the user lacks of `rules`, as a sentence. */
function missing(
  { user, rbac, namespace }: GrantingWrite<KubeObject>,
  rules: readonly PolicyRule[],
): string | undefined {
  const held = rbac.heldRules(user, namespace);
  const lacking = uncovered(held.rules, rules);
  if (lacking.length === 0) return undefined;
  const lines = [...new Set(compacted(lacking).map(ruleText))].toSorted();
  const groups = `[${user.groups.map(quoted).join(" ")}]`;
  const errors = held.errors.length === 0 ? "" : `; resolution errors: [${held.errors.join(" ")}]`;
  const head = `user ${quoted(user.name)} (groups=${groups}) is attempting to grant RBAC permissions not currently held:`;
  return `${head}\n${lines.join("\n")}${errors}`;
}

/** `{APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}`. */
function ruleText(rule: PolicyRule): string {
  const parts: readonly (readonly [string, readonly string[]])[] = [
    ["APIGroups", rule.apiGroups],
    ["Resources", rule.resources],
    ["NonResourceURLs", rule.nonResourceURLs],
    ["ResourceNames", rule.resourceNames],
    ["Verbs", rule.verbs],
  ];
  const filled = parts.filter(([, values]) => values.length > 0);
  return `{${filled.map(([name, values]) => `${name}:[${values.map(quoted).join(" ")}]`).join(", ")}}`;
}

function isAggregated({ aggregationRule }: ClusterRole): boolean {
  return (aggregationRule?.clusterRoleSelectors?.length ?? 0) > 0;
}

/** The garbage collector may always change what it needs to: owners and finalizers. */
function differsForCollectorOnly(object: KubeObject, old: KubeObject): boolean {
  const bare = ({ metadata, ...rest }: KubeObject) => {
    const {
      ownerReferences: _owners,
      finalizers: _finalizers,
      managedFields: _managed,
      resourceVersion: _,
      ...kept
    } = metadata;
    return { ...rest, metadata: kept };
  };
  return sameJson(bare(object), bare(old));
}
