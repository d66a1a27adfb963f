import type { JsonObject } from "../../machinery/json.ts";
import { selectorOf, matches } from "../../machinery/labels.ts";
import type { LabelSelector } from "../../machinery/object.ts";
import { clientRoles } from "./policy/clients.ts";
import { componentRoles } from "./policy/components.ts";
import { controllerRoles } from "./policy/controllers.ts";
import { peopleRoles } from "./policy/people.ts";
import { on } from "./policy/rule-text.ts";
import { ALL_AUTHENTICATED, ALL_SERVICE_ACCOUNTS, ALL_UNAUTHENTICATED, MASTERS } from "./groups.ts";
import { RBAC_GROUP, type RoleRef, type StoredRule, type Subject } from "./rbac-objects.ts";

/** An object that the API server creates at start, as its client would send it. */
export interface DefaultObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: DefaultMeta;
}

interface DefaultMeta extends JsonObject {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
}

const RBAC_VERSION = `${RBAC_GROUP}/v1`;
const AGGREGATE = `${RBAC_GROUP}/aggregate-to-`;

/**
 * All objects that a cluster has from its first moment, in the order in which they may be created: namespaces, priority
 * classes, roles and their bindings. The Service `kubernetes` is not among them: it depends on the cluster's addresses.
 */
export function defaultObjects(): readonly DefaultObject[] {
  return [
    ...namespaces(),
    ...priorityClasses(),
    ...clusterRoles(),
    ...clusterRoleBindings(),
    ...roles(),
    ...roleBindings(),
  ];
}

const SYSTEM_NAMESPACES = ["kube-system", "kube-public", "kube-node-lease", "default"];

function namespaces(): readonly DefaultObject[] {
  return SYSTEM_NAMESPACES.map((name) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } }));
}

function priorityClasses(): readonly DefaultObject[] {
  const priorityClass = (name: string, value: number, description: string) => ({
    apiVersion: "scheduling.k8s.io/v1",
    kind: "PriorityClass",
    metadata: { name },
    value,
    description,
    preemptionPolicy: "PreemptLowerPriority",
  });
  return [
    priorityClass(
      "system-node-critical",
      2_000_001_000,
      "Used for system critical pods that must not be moved from their current node.",
    ),
    priorityClass(
      "system-cluster-critical",
      2_000_000_000,
      "Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.",
    ),
  ];
}

/** The default roles; the aggregated ones hold already what the aggregating controller would gather. */
function clusterRoles(): readonly DefaultObject[] {
  const tables = [peopleRoles, clientRoles, componentRoles, prefixed("system:controller:", controllerRoles)];
  const plain = tables.flatMap((table) => Object.entries(table)).map(([name, rules]) => clusterRole(name, rules));
  const aggregated = [aggregatedRole("view", "edit"), aggregatedRole("edit", "admin"), aggregatedRole("admin")];
  const all = [...plain, ...aggregated];
  for (const gathering of aggregated) gathering["rules"] = aggregatedRules(gathering, all) as unknown as JsonObject[];
  return all;
}

/** The rules of all roles that an aggregated role's selectors choose, by name, each rule once. */
export function aggregatedRules(gathering: JsonObject, all: readonly DefaultObject[]): readonly StoredRule[] {
  const { clusterRoleSelectors = [] } = gathering["aggregationRule"] as {
    clusterRoleSelectors?: readonly LabelSelector[];
  };
  const gathered = new Map<string, StoredRule>();
  const byName = all.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  for (const labelSelector of clusterRoleSelectors) {
    const selector = selectorOf(labelSelector);
    for (const each of byName) {
      if (
        each.metadata.name === (gathering["metadata"] as DefaultMeta).name ||
        !matches(selector, each.metadata.labels ?? {})
      )
        continue;
      for (const rule of (each["rules"] ?? []) as unknown as readonly StoredRule[]) {
        gathered.set(JSON.stringify(rule), rule);
      }
    }
  }
  return [...gathered.values()];
}

export function clusterRoleBindings(): readonly DefaultObject[] {
  const ofController = (name: string) => {
    const full = `system:controller:${name}`;
    return clusterBinding(full, full, [account(name)]);
  };
  return [
    clusterBinding("cluster-admin", "cluster-admin", [group(MASTERS)]),
    ...["system:discovery", "system:basic-user"].map((name) => clusterBinding(name, name, [group(ALL_AUTHENTICATED)])),
    clusterBinding("system:monitoring", "system:monitoring", [group("system:monitoring")]),
    clusterBinding("system:public-info-viewer", "system:public-info-viewer", [
      group(ALL_AUTHENTICATED),
      group(ALL_UNAUTHENTICATED),
    ]),
    clusterBinding("system:node-proxier", "system:node-proxier", [user("system:kube-proxy")]),
    ...["system:kube-controller-manager", "system:kube-scheduler"].map((name) =>
      clusterBinding(name, name, [user(name)]),
    ),
    clusterBinding("system:volume-scheduler", "system:volume-scheduler", [user("system:kube-scheduler")]),
    clusterBinding("system:kube-dns", "system:kube-dns", [account("kube-dns")]),
    // Kubelets are authorized object by object, so nobody has this role as a whole.
    clusterBinding("system:node", "system:node", []),
    clusterBinding("system:service-account-issuer-discovery", "system:service-account-issuer-discovery", [
      group(ALL_SERVICE_ACCOUNTS),
    ]),
    ...Object.keys(controllerRoles).map(ofController),
  ];
}

const LOCKING = [
  on("create get list update watch", "coordination.k8s.io", "leases"),
  on("create get list update watch", "coordination.k8s.io", "leasecandidates"),
];
const EVENTS = on("create patch update", "core events.k8s.io", "events");

function roles(): readonly DefaultObject[] {
  return [
    role("kube-system", "extension-apiserver-authentication-reader", [
      on("get list watch", "core", "configmaps", "extension-apiserver-authentication"),
    ]),
    role("kube-system", "system::leader-locking-kube-controller-manager", LOCKING),
    role("kube-system", "system::leader-locking-kube-scheduler", LOCKING),
    role("kube-system", "system:controller:bootstrap-signer", [on("get list watch", "core", "secrets")]),
    role("kube-system", "system:controller:cloud-provider", [on("create get list watch", "core", "configmaps")]),
    role("kube-system", "system:controller:token-cleaner", [on("delete get list watch", "core", "secrets"), EVENTS]),
    role("kube-public", "system:controller:bootstrap-signer", [
      on("get list watch", "core", "configmaps"),
      on("update", "core", "configmaps", "cluster-info"),
      EVENTS,
    ]),
  ];
}

function roleBindings(): readonly DefaultObject[] {
  const managers = [user("system:kube-controller-manager"), user("system:kube-scheduler")] as const;
  const manager = "system::leader-locking-kube-controller-manager";
  const scheduler = "system::leader-locking-kube-scheduler";
  const ofController = (namespace: string, name: string) =>
    binding(namespace, `system:controller:${name}`, `system:controller:${name}`, [account(name)]);
  return [
    binding(
      "kube-system",
      "system::extension-apiserver-authentication-reader",
      "extension-apiserver-authentication-reader",
      managers,
    ),
    binding("kube-system", manager, manager, [
      managers[0],
      account("kube-controller-manager"),
      account("leader-election-controller"),
    ]),
    binding("kube-system", scheduler, scheduler, [managers[1], account("kube-scheduler")]),
    ofController("kube-system", "bootstrap-signer"),
    ofController("kube-system", "cloud-provider"),
    ofController("kube-system", "token-cleaner"),
    ofController("kube-public", "bootstrap-signer"),
  ];
}

function clusterRole(name: string, rules: readonly StoredRule[]): DefaultObject {
  const gathered = /^system:aggregate-to-(\w+)$/.exec(name)?.[1];
  const labels = gathered === undefined ? {} : { [`${AGGREGATE}${gathered}`]: "true" };
  return {
    apiVersion: RBAC_VERSION,
    kind: "ClusterRole",
    metadata: defaultMeta(name, labels),
    rules,
  } as unknown as DefaultObject;
}

/** A role that gathers others by label, and may be gathered by a greater one. */
function aggregatedRole(name: string, into?: string): DefaultObject & { rules?: JsonObject[] } {
  const labels = into === undefined ? {} : { [`${AGGREGATE}${into}`]: "true" };
  return {
    apiVersion: RBAC_VERSION,
    kind: "ClusterRole",
    metadata: defaultMeta(name, labels),
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [`${AGGREGATE}${name}`]: "true" } }] },
  };
}

function role(namespace: string, name: string, rules: readonly StoredRule[]): DefaultObject {
  return {
    apiVersion: RBAC_VERSION,
    kind: "Role",
    metadata: { ...defaultMeta(name), namespace },
    rules,
  } as unknown as DefaultObject;
}

function clusterBinding(name: string, roleName: string, subjects: readonly Subject[]): DefaultObject {
  return bindingObject("ClusterRoleBinding", defaultMeta(name), { kind: "ClusterRole", name: roleName }, subjects);
}

function binding(namespace: string, name: string, roleName: string, subjects: readonly Subject[]): DefaultObject {
  return bindingObject("RoleBinding", { ...defaultMeta(name), namespace }, { kind: "Role", name: roleName }, subjects);
}

function bindingObject(
  kind: string,
  metadata: DefaultMeta,
  roleRef: RoleRef,
  subjects: readonly Subject[],
): DefaultObject {
  return {
    apiVersion: RBAC_VERSION,
    kind,
    metadata,
    roleRef: { apiGroup: RBAC_GROUP, ...roleRef },
    ...(subjects.length === 0 ? {} : { subjects }),
  } as unknown as DefaultObject;
}

function defaultMeta(name: string, labels: Readonly<Record<string, string>> = {}): DefaultMeta {
  return {
    name,
    labels: { "kubernetes.io/bootstrapping": "rbac-defaults", ...labels },
    annotations: { "rbac.authorization.kubernetes.io/autoupdate": "true" },
  };
}

function user(name: string): Subject {
  return { kind: "User", apiGroup: RBAC_GROUP, name };
}

function group(name: string): Subject {
  return { kind: "Group", apiGroup: RBAC_GROUP, name };
}

function account(name: string): Subject {
  return { kind: "ServiceAccount", name, namespace: "kube-system" };
}

function prefixed<T>(prefix: string, table: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(table).map(([name, value]) => [`${prefix}${name}`, value]));
}
