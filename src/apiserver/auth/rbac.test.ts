import assert from "node:assert/strict";
import { test } from "node:test";
import { isStatus } from "../../machinery/status.ts";
import { defaultObjects } from "./bootstrap-policy.ts";
import { denied } from "./denial.ts";
import { checkBindingWrite, checkRoleWrite } from "./escalation.ts";
import { impersonatedUser } from "./impersonate.ts";
import { createRbac } from "./rbac.ts";
import type { ClusterRole, Role, RoleBinding, RoleSource } from "./rbac-objects.ts";
import type { Attributes, User } from "./user.ts";

const objects = [
  ...defaultObjects(),
  role("Role", "reader", "web", [
    { verbs: ["get"], apiGroups: [""], resources: ["pods", "pods/log"], resourceNames: ["one"] },
    { verbs: ["update"], apiGroups: ["*"], resources: ["*/scale"] },
  ]),
  binding("RoleBinding", "reads", "web", { kind: "Role", name: "reader" }, [{ kind: "ServiceAccount", name: "bot" }]),
  binding("RoleBinding", "views", "web", { kind: "ClusterRole", name: "view" }, [{ kind: "User", name: "vera" }]),
  binding("RoleBinding", "lost", "web", { kind: "Role", name: "gone" }, [{ kind: "User", name: "bob" }]),
  binding("RoleBinding", "lost2", "web", { kind: "ClusterRole", name: "gone2" }, [{ kind: "User", name: "bob" }]),
] as unknown as (Role & RoleBinding)[];

let changes = 1;
const source: RoleSource = {
  get changes() {
    return changes;
  },
  role: (namespace, name) => find("Role", name, namespace),
  clusterRole: (name) => find("ClusterRole", name) as ClusterRole | undefined,
  roleBindings: (namespace) =>
    objects.filter(({ kind, metadata }) => kind === "RoleBinding" && metadata.namespace === namespace),
  clusterRoleBindings: () => objects.filter(({ kind }) => kind === "ClusterRoleBinding"),
};
const rbac = createRbac(source);

test("rbac: decides by bindings, and says by which", () => {
  const cases: readonly [User, string, string, boolean, string][] = [
    [
      person("vera"),
      "list",
      "web/pods",
      true,
      'RBAC: allowed by RoleBinding "views/web" of ClusterRole "view" to User "vera"',
    ],
    [person("vera"), "list", "web/secrets", false, ""],
    [person("vera"), "list", "other/pods", false, ""],
    [
      bot,
      "get",
      "web/pods/one",
      true,
      'RBAC: allowed by RoleBinding "reads/web" of Role "reader" to ServiceAccount "bot/web"',
    ],
    [bot, "get", "web/pods/two", false, ""],
    [
      bot,
      "get",
      "web/pods/one/log",
      true,
      'RBAC: allowed by RoleBinding "reads/web" of Role "reader" to ServiceAccount "bot/web"',
    ],
    [bot, "get", "web/pods/one/exec", false, ""],
    [
      bot,
      "update",
      "web/deployments/x/scale",
      true,
      'RBAC: allowed by RoleBinding "reads/web" of Role "reader" to ServiceAccount "bot/web"',
    ],
    [bot, "update", "web/deployments/x", false, ""],
    [person("root", ["system:masters"]), "delete", "web/pods/x", true, ""],
    [
      person("bob"),
      "list",
      "web/pods",
      false,
      'RBAC: [role.rbac.authorization.k8s.io "gone" not found, clusterrole.rbac.authorization.k8s.io "gone2" not found]',
    ],
  ];
  for (const [user, verb, what, allowed, reason] of cases) {
    assert.deepEqual(rbac.authorize(asking(user, verb, what)), { allowed, reason }, `${user.name} ${verb} ${what}`);
  }
});

test("rbac: paths", () => {
  const user = person("x", ["system:authenticated"]);
  const get = (path: string) => rbac.authorize({ user, verb: "get", path });
  assert.equal(get("/apis/apps/v1").allowed, true);
  assert.match(
    get("/healthz").reason,
    /^RBAC: allowed by ClusterRoleBinding "system:\S+" of ClusterRole "system:\S+" to Group "system:authenticated"$/,
  );
  assert.equal(get("/metrics").allowed, false);
});

test("rbac: a change is seen at once", () => {
  const user = person("late");
  assert.equal(rbac.authorize(asking(user, "get", "web/pods/one")).allowed, false);
  objects.push(
    binding("RoleBinding", "lately", "web", { kind: "Role", name: "reader" }, [
      { kind: "User", name: "late" },
    ]) as never,
  );
  changes += 1;
  assert.equal(rbac.authorize(asking(user, "get", "web/pods/one")).allowed, true);
});

test("denial: in Kubernetes' words", () => {
  const sentence = (attributes: Attributes, reason?: string) => denied(attributes, reason).message;
  assert.equal(
    sentence(asking(person("bob"), "get", "default/pods/x/log")),
    'pods "x" is forbidden: User "bob" cannot get resource "pods/log" in API group "" in the namespace "default"',
  );
  assert.equal(
    sentence(asking(person("bob"), "list", "/pods"), "RBAC: why"),
    'pods is forbidden: User "bob" cannot list resource "pods" in API group "" at the cluster scope: RBAC: why',
  );
  assert.equal(
    sentence({ user: person("a<b"), verb: "get", path: "/metrics" }),
    'forbidden: User "a&lt;b" cannot get path "/metrics"',
  );
});

test("escalation: nobody grants more than they hold", () => {
  const user = person("vera", ["system:authenticated"]);
  const write = { user, rbac, authorizer: rbac, namespace: "web" };
  const wanted = role("Role", "new", "web", [
    { verbs: ["get", "list"], apiGroups: [""], resources: ["pods"] },
    { verbs: ["get", "delete", "create"], apiGroups: [""], resources: ["secrets", "pods"] },
  ]) as ClusterRole;
  assert.throws(
    () => checkRoleWrite({ ...write, object: wanted }),
    (error) =>
      isStatus(error, "Forbidden") &&
      error.message ===
        `roles.rbac.authorization.k8s.io "new" is forbidden: user "vera" (groups=["system:authenticated"]) is attempting to grant RBAC permissions not currently held:
{APIGroups:[""], Resources:["pods"], Verbs:["delete" "create"]}
{APIGroups:[""], Resources:["secrets"], Verbs:["get" "delete" "create"]}`,
  );
  const held = role("Role", "new", "web", [
    { verbs: ["get"], apiGroups: [""], resources: ["pods/log"] },
  ]) as ClusterRole;
  checkRoleWrite({ ...write, object: held });
  checkRoleWrite({ ...write, user: person("root", ["system:masters"]), object: wanted });
  const bind = (name: string) =>
    checkBindingWrite({
      ...write,
      object: binding("RoleBinding", "b", "web", { kind: "ClusterRole", name }, []) as RoleBinding,
    });
  bind("view");
  assert.throws(() => bind("edit"), /rolebindings\.rbac\.authorization\.k8s\.io "b" is forbidden: user "vera"/);
  assert.throws(() => bind("gone"), /rolebindings\.rbac\.authorization\.k8s\.io "gone" not found/);
});

test("impersonation: allowed to few, refused in the words of the mode that fits", () => {
  const list = (user: User) => asking(user, "list", "/pods");
  const as = (headers: Record<string, string>, user = person("bob")) => impersonatedUser(headers, list(user), rbac);
  const root = person("root", ["system:masters"]);
  assert.equal(as({ accept: "x" }), undefined);
  assert.throws(
    () => as({ "impersonate-user": "alice" }),
    /^StatusError: pods is forbidden: User "bob" cannot impersonate-on:user-info:list resource "pods" in API group "" at the cluster scope$/,
  );
  assert.throws(
    () => as({ "impersonate-user": "system:serviceaccount:default:foo" }),
    /cannot impersonate-on:serviceaccount:list/,
  );
  assert.throws(
    () => as({ "impersonate-group": "devs" }, root),
    /requested &user\.DefaultInfo\{Name:"", UID:"", Groups:\[\]string\{"devs"\}, Extra:map\[string\]\[\]string\(nil\)\} without impersonating a user name/,
  );
  assert.deepEqual(
    as(
      { "impersonate-user": "alice", "impersonate-group": "devs, ops", "impersonate-extra-acme.com%2fscopes": "a" },
      root,
    ),
    {
      name: "alice",
      uid: "",
      groups: ["devs", "ops", "system:authenticated"],
      extra: { "acme.com/scopes": ["a"] },
    },
  );
  assert.deepEqual(as({ "impersonate-user": "system:serviceaccount:default:foo" }, root)?.groups, [
    "system:serviceaccounts",
    "system:serviceaccounts:default",
    "system:authenticated",
  ]);
  assert.deepEqual(as({ "impersonate-user": "system:anonymous" }, root)?.groups, ["system:unauthenticated"]);
});

const bot = person("system:serviceaccount:web:bot");

function person(name: string, groups: readonly string[] = []): User {
  return { name, uid: "", groups, extra: {} };
}

/** `what` is `namespace/plural/name/subresource`. */
function asking(user: User, verb: string, what: string): Attributes {
  const [namespace = "", plural = "", name = "", subresource = ""] = what.split("/");
  return { user, verb, resource: { group: "", version: "v1", plural, subresource, namespace, name } };
}

function find(kind: string, name: string, namespace?: string): Role | undefined {
  return objects.find(
    (each) => each.kind === kind && each.metadata.name === name && each.metadata.namespace === namespace,
  );
}

function role(kind: string, name: string, namespace: string, rules: Role["rules"]) {
  return { apiVersion: "rbac.authorization.k8s.io/v1", kind, metadata: { name, namespace }, rules } as unknown as Role;
}

function binding(
  kind: string,
  name: string,
  namespace: string,
  roleRef: RoleBinding["roleRef"],
  subjects: RoleBinding["subjects"],
) {
  return { apiVersion: "rbac.authorization.k8s.io/v1", kind, metadata: { name, namespace }, roleRef, subjects };
}
