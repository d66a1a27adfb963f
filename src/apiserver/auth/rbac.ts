import { quoted } from "../../machinery/issue.ts";
import { MASTERS } from "./groups.ts";
import {
  type ClusterRole,
  RBAC_GROUP,
  type Role,
  type RoleBinding,
  type RoleRef,
  type RoleSource,
  type StoredRule,
  type Subject,
} from "./rbac-objects.ts";
import { allowsName, allowsPath, allowsResource } from "./rules.ts";
import { serviceAccountUser } from "./service-account.ts";
import type { Attributes, Authorizer, Decision, PolicyRule, RuleList, User } from "./user.ts";

/** The authorizer of roles and bindings. */
export interface Rbac extends Authorizer {
  /** Every rule that a user has in a namespace ("" for the whole cluster alone), with what went wrong finding them. */
  heldRules(
    user: User,
    namespace: string,
  ): { readonly rules: readonly PolicyRule[]; readonly errors: readonly string[] };
  /** The rules of the role that a binding in a namespace refers to; undefined where there is no such role. */
  rulesOf(roleRef: RoleRef, namespace: string): readonly PolicyRule[] | undefined;
}

/** One rule that a user has, and by which binding. */
interface Grant {
  readonly rule: PolicyRule;
  readonly binding: RoleBinding;
  readonly subject: Subject;
}

/** What a user may do in one namespace. */
interface Grants {
  readonly all: readonly Grant[];
  readonly errors: readonly string[];
  /** The grants that fit a verb and a resource whatever its name, found when first asked for. */
  readonly fitting: Map<string, readonly Grant[]>;
}

/** How many users and namespaces, and how many verbs and resources of each, are remembered. */
const REMEMBERED_USERS = 20_000;
const REMEMBERED_REQUESTS = 2_000;

const YES: Decision = { allowed: true, reason: "" };

/**
 * Decides from roles and bindings. What a user may do in a namespace is compiled once and kept until any role or binding
 * changes: a warm decision is two look-ups.
 */
export function createRbac(source: RoleSource): Rbac {
  const compiled = new Map<string, Grants>();
  const rules = new WeakMap<Role, readonly PolicyRule[]>();
  let changes = source.changes;

  const rulesOfRole = (role: Role): readonly PolicyRule[] => {
    let known = rules.get(role);
    if (known === undefined) rules.set(role, (known = (role.rules ?? []).map(policyRule)));
    return known;
  };
  const roleOf = (ref: RoleRef, namespace: string): Role | ClusterRole | undefined =>
    ref.kind === "ClusterRole" ? source.clusterRole(ref.name) : source.role(namespace, ref.name);
  const grantsOf = (user: User, namespace: string): Grants => {
    if (source.changes !== changes) {
      changes = source.changes;
      compiled.clear();
    }
    const key = `${identity(user)}\n${namespace}`;
    let grants = compiled.get(key);
    if (grants === undefined) {
      if (compiled.size >= REMEMBERED_USERS) compiled.clear();
      compiled.set(key, (grants = compile(user, namespace)));
    }
    return grants;
  };
  const compile = (user: User, namespace: string): Grants => {
    const all: Grant[] = [];
    const errors: string[] = [];
    const add = (binding: RoleBinding, within: string): void => {
      const subject = binding.subjects?.find((each) => appliesTo(user, each, within));
      if (subject === undefined) return;
      const role = roleOf(binding.roleRef, within);
      if (role === undefined) errors.push(missingRole(binding.roleRef));
      else for (const rule of rulesOfRole(role)) all.push({ rule, binding, subject });
    };
    for (const binding of source.clusterRoleBindings()) add(binding, "");
    if (namespace !== "") for (const binding of source.roleBindings(namespace)) add(binding, namespace);
    return { all, errors, fitting: new Map() };
  };
  return {
    authorize: (attributes) => {
      if (attributes.user.groups.includes(MASTERS)) return YES;
      const grants = grantsOf(attributes.user, attributes.resource?.namespace ?? "");
      const grant = findGrant(grants, attributes);
      if (grant !== undefined) return { allowed: true, reason: `RBAC: allowed by ${grantText(grant)}` };
      return { allowed: false, reason: grants.errors.length === 0 ? "" : `RBAC: ${joined(grants.errors)}` };
    },
    rulesFor: (user, namespace) => ruleList(grantsOf(user, namespace)),
    heldRules: (user, namespace) => {
      const { all, errors } = grantsOf(user, namespace);
      return { rules: all.map(({ rule }) => rule), errors };
    },
    rulesOf: (roleRef, namespace) => {
      const role = roleOf(roleRef, namespace);
      return role === undefined ? undefined : rulesOfRole(role);
    },
  };
}

function findGrant(grants: Grants, { verb, resource, path = "" }: Attributes): Grant | undefined {
  if (resource === undefined) return grants.all.find(({ rule }) => allowsPath(rule, verb, path));
  const { group, plural, subresource, name } = resource;
  const key = `${verb} ${group}/${plural}/${subresource}`;
  let fitting = grants.fitting.get(key);
  if (fitting === undefined) {
    const combined = subresource === "" ? plural : `${plural}/${subresource}`;
    fitting = grants.all.filter(({ rule }) => allowsResource(rule, verb, group, combined, subresource));
    if (grants.fitting.size >= REMEMBERED_REQUESTS) grants.fitting.clear();
    grants.fitting.set(key, fitting);
  }
  return fitting.find(({ rule }) => allowsName(rule, name));
}

const identities = new WeakMap<User, string>();

/** All that bindings look at. */
function identity(user: User): string {
  let known = identities.get(user);
  if (known === undefined) identities.set(user, (known = JSON.stringify([user.name, user.groups])));
  return known;
}

function appliesTo(user: User, subject: Subject, namespace: string): boolean {
  switch (subject.kind) {
    case "User":
      return user.name === subject.name;
    case "Group":
      return user.groups.includes(subject.name);
    case "ServiceAccount": {
      const within = subject.namespace === undefined || subject.namespace === "" ? namespace : subject.namespace;
      return within !== "" && user.name === serviceAccountUser(within, subject.name);
    }
    default:
      return false;
  }
}

export function policyRule(rule: StoredRule): PolicyRule {
  const { verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  return { verbs, apiGroups, resources, resourceNames, nonResourceURLs };
}

function ruleList({ all, errors }: Grants): RuleList {
  return {
    resourceRules: all.filter(({ rule }) => rule.resources.length > 0).map(({ rule }) => rule),
    nonResourceRules: all.filter(({ rule }) => rule.nonResourceURLs.length > 0).map(({ rule }) => rule),
    incomplete: false,
    evaluationError: errors.length === 0 ? "" : joined(errors),
  };
}

function missingRole({ kind, name }: RoleRef): string {
  return `${kind.toLowerCase()}.${RBAC_GROUP} ${quoted(name)} not found`;
}

/** `ClusterRoleBinding "x" of ClusterRole "y" to Group "z"`; Kubernetes puts a namespace after the name. */
function grantText({ binding, subject }: Grant): string {
  const { name, namespace } = binding.metadata;
  const [kind, named] =
    namespace === undefined ? ["ClusterRoleBinding", name] : ["RoleBinding", `${name}/${namespace}`];
  const to =
    subject.kind === "ServiceAccount" ? `${subject.name}/${subject.namespace ?? namespace ?? ""}` : subject.name;
  return `${kind} ${quoted(named)} of ${binding.roleRef.kind} ${quoted(binding.roleRef.name)} to ${subject.kind} ${quoted(to)}`;
}

/** Several errors as Kubernetes writes them; the same one is said once. */
function joined(errors: readonly string[]): string {
  const distinct = [...new Set(errors)];
  return distinct.length === 1 ? distinct[0]! : `[${distinct.join(", ")}]`;
}
