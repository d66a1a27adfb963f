import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { builtInKinds } from "../../api/kinds.ts";
import { createRegistry } from "../../api/registry.ts";
import { discoveryAnswer } from "./discovery.ts";
import { versionOrder } from "../../api/version-order.ts";
import { sha256 } from "../../base/sha256.ts";

const registry = createRegistry(builtInKinds());
const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
const asking = (path: string, headers: Record<string, string> = {}) =>
  discoveryAnswer({ path, headers, query: new URLSearchParams() }, registry, "10.0.0.1:6443");
const bodyOf = (path: string, headers?: Record<string, string>) =>
  JSON.parse(new TextDecoder().decode(asking(path, headers)!.body as Uint8Array));

test("discovery: groups in the order of the real server, the preferred version first", () => {
  const { groups } = bodyOf("/apis");
  assert.deepEqual(groups.map(({ name }: { name: string }) => name).slice(0, 6), [
    "apiregistration.k8s.io",
    "apps",
    "events.k8s.io",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
  ]);
  assert.deepEqual(groups[5], {
    name: "autoscaling",
    versions: [
      { groupVersion: "autoscaling/v2", version: "v2" },
      { groupVersion: "autoscaling/v1", version: "v1" },
    ],
    preferredVersion: { groupVersion: "autoscaling/v2", version: "v2" },
  });
  assert.equal(bodyOf("/apis/autoscaling/").kind, "APIGroup");
});

test("discovery: resources", () => {
  const apps = bodyOf("/apis/apps/v1");
  assert.deepEqual(apps.resources[1], {
    name: "daemonsets",
    singularName: "daemonset",
    namespaced: true,
    kind: "DaemonSet",
    verbs: ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
    shortNames: ["ds"],
    categories: ["all"],
    storageVersionHash: "dd7pWHUlMKQ=",
  });
  assert.deepEqual(apps.resources[4], {
    name: "deployments/scale",
    singularName: "",
    namespaced: true,
    group: "autoscaling",
    version: "v1",
    kind: "Scale",
    verbs: ["get", "patch", "update"],
  });
  const { resources } = bodyOf("/api/v1");
  assert.equal(
    resources.find(({ name }: { name: string }) => name === "configmaps").storageVersionHash,
    "qFsyl6wFWjQ=",
  );
  assert.equal(asking("/apis/nothing/v1"), undefined);
  assert.equal(asking("/apis/apps/v1/deployments"), undefined);
  assert.equal(asking("/version"), undefined);
});

test("discovery: everything in one document, not sent twice", () => {
  const first = asking("/apis", { accept: `${AGGREGATED},application/json` })!;
  assert.equal(first.headers["content-type"], AGGREGATED);
  const { items } = JSON.parse(new TextDecoder().decode(first.body as Uint8Array));
  assert.equal(items[0].metadata.name, "apiregistration.k8s.io");
  const { etag } = first.headers as { etag: string };
  assert.equal(asking("/apis", { accept: AGGREGATED, "if-none-match": etag })!.status, 304);
  assert.equal(bodyOf("/api", { accept: AGGREGATED }).items.length, 1);
  const old = "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";
  assert.equal(bodyOf("/apis", { accept: `${old},application/json` }).kind, "APIGroupList");
  assert.throws(() => asking("/apis/apps", { accept: AGGREGATED }), /only the following media types are accepted/);
});

test("discovery: a kind that comes is discovered at once", () => {
  const own = createRegistry(builtInKinds());
  const ask = () =>
    discoveryAnswer({ path: "/apis/example.com/v1", headers: {}, query: new URLSearchParams() }, own, "");
  assert.equal(ask(), undefined);
  own.add({ ...own.byKind("apps", "v1", "Deployment")!, group: "example.com", kind: "Web", plural: "webs" });
  assert.equal(ask()!.status, 200);
});

test("discovery: versions", () => {
  const versions = ["v1", "v10", "v2", "v1beta2", "v1beta1", "v1alpha1", "v2alpha1", "foo", "bar"];
  const sorted = ["v10", "v2", "v1", "v1beta2", "v1beta1", "v2alpha1", "v1alpha1", "bar", "foo"];
  assert.deepEqual(versions.toSorted(versionOrder), sorted);
});

test("discovery: the hash is SHA-256", () => {
  for (const length of [0, 3, 55, 56, 64, 1000]) {
    const bytes = new Uint8Array(length).fill(7);
    assert.deepEqual(Buffer.from(sha256(bytes)), createHash("sha256").update(bytes).digest());
  }
});
