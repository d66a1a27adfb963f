import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../machinery/object.ts";
import { createNodeAuthorizer } from "./node.ts";
import type { User } from "./user.ts";

const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web", namespace: "default" },
  spec: {
    nodeName: "n1",
    serviceAccountName: "foo",
    imagePullSecrets: [{ name: "pull" }],
    containers: [
      {
        name: "a",
        env: [{ name: "A", valueFrom: { secretKeyRef: { name: "by-env", key: "k" } } }],
        envFrom: [{ configMapRef: { name: "by-env-from" } }],
      },
    ],
    volumes: [
      { name: "data", persistentVolumeClaim: { claimName: "claim" } },
      { name: "scratch", ephemeral: {} },
      { name: "keys", secret: { secretName: "by-volume" } },
      { name: "all", projected: { sources: [{ configMap: { name: "by-projection" } }, { secret: { name: "too" } }] } },
    ],
  },
} as unknown as KubeObject;

const world: Readonly<Record<string, unknown>> = {
  "persistentvolumeclaims/default/claim": { spec: { volumeName: "pv-1" } },
  "volumeattachments.storage.k8s.io//va-1": { spec: { nodeName: "n1" } },
};

const authorizer = createNodeAuthorizer({
  podsOn: (node) => (node === "n1" ? [pod] : []),
  get: (resource, namespace, name) => world[`${resource}/${namespace}/${name}`] as KubeObject | undefined,
});

const kubelet = (node: string): User => ({ name: `system:node:${node}`, uid: "", groups: ["system:nodes"], extra: {} });

/** `what` is `verb group/plural/subresource namespace/name?fieldSelector`. */
function ask(node: string, what: string) {
  const [verb = "", kind = "", place = ""] = what.split(" ");
  const [group = "", plural = "", subresource = ""] = kind.split("/");
  const [target = "", fieldSelector = ""] = place.split("?");
  const [namespace = "", name = ""] = target.split("/");
  return authorizer.authorize({
    user: kubelet(node),
    verb,
    resource: {
      group,
      version: "v1",
      plural,
      subresource,
      namespace,
      name,
      ...(fieldSelector === "" ? {} : { fieldSelector }),
    },
  });
}

test("node authorizer: a kubelet reads what its pods use, and no more", () => {
  const allowed = [
    "get /secrets default/by-env",
    "watch /secrets default/by-volume",
    "get /secrets default/pull",
    "get /secrets default/too",
    "get /configmaps default/by-env-from",
    "list /configmaps default/by-projection",
    "get /persistentvolumeclaims default/claim",
    "get /persistentvolumeclaims default/web-scratch",
    "get /persistentvolumes /pv-1",
    "get storage.k8s.io/volumeattachments /va-1",
    "create /serviceaccounts/token default/foo",
    "get /serviceaccounts default/foo",
    "get /pods default/web",
    "list /pods /?spec.nodeName=n1",
    "watch /pods /?spec.nodeName=n1",
    "patch /pods/status default/web",
    "create /pods default/",
    "get /nodes /n1",
    "patch /nodes/status /n1",
    "update coordination.k8s.io/leases kube-node-lease/n1",
    "create coordination.k8s.io/leases kube-node-lease/",
    "list /services /",
    "create /events default/",
    "get storage.k8s.io/csinodes /n1",
  ];
  for (const what of allowed) assert.equal(ask("n1", what).allowed, true, what);
  const refused: readonly [string, string][] = [
    ["get /secrets default/other", "no relationship found between node 'n1' and this object"],
    ["get /secrets other/by-env", "no relationship found between node 'n1' and this object"],
    ["update /secrets default/by-env", "can only read resources of this type"],
    ["list /secrets default/", "No Object name found"],
    ["list /secrets /", "can only read namespaced object of this type"],
    ["get /persistentvolumes /pv-2", "no relationship found between node 'n1' and this object"],
    ["create /serviceaccounts/token default/bar", "no relationship found between node 'n1' and this object"],
    ["list /pods /", "can only list/watch pods with spec.nodeName field selector"],
    ["list /pods /?spec.nodeName=n2", "can only list/watch pods with spec.nodeName field selector"],
    ["get /nodes /n2", "node 'n1' cannot read 'n2', only its own Node object"],
    ["list /nodes /", "node 'n1' cannot read all nodes, only its own Node object"],
    [
      "update coordination.k8s.io/leases kube-node-lease/n2",
      "can only access node lease with the same name as the requesting node",
    ],
    ["get coordination.k8s.io/leases default/n1", 'can only access leases in the "kube-node-lease" system namespace'],
    ["delete /services default/x", ""],
  ];
  for (const [what, reason] of refused) assert.deepEqual(ask("n1", what), { allowed: false, reason }, what);
  assert.equal(ask("n2", "get /secrets default/by-env").allowed, false);
});

test("node authorizer: others are none of its business", () => {
  const user: User = { name: "system:node:n1", uid: "", groups: ["devs"], extra: {} };
  const resource = { group: "", version: "v1", plural: "nodes", subresource: "", namespace: "", name: "n1" };
  assert.deepEqual(authorizer.authorize({ user, verb: "get", resource }), { allowed: false, reason: "" });
  assert.equal(authorizer.rulesFor(kubelet("n1"), "default").incomplete, true);
});
