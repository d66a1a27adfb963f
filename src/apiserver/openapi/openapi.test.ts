import assert from "node:assert/strict";
import { test } from "node:test";
import { readFileSync } from "node:fs";
import { builtInKinds } from "../../api/kinds.ts";
import { createRegistry } from "../../api/registry.ts";
import type { Schema } from "./definitions.ts";
import { protobufV2 } from "./protobuf-v2.ts";
import { openapiAnswer } from "./openapi.ts";

const META = "io.k8s.apimachinery.pkg.apis.meta.v1";
const registry = createRegistry(builtInKinds());
const custom = {
  ...registry.byKind("apps", "v1", "ReplicaSet")!,
  group: "stable.example.com",
  kind: "CronTab",
  listKind: "CronTabList",
  plural: "crontabs",
  singular: "crontab",
  subresources: [],
  shape: { type: "struct", name: "", fields: {}, atomic: false } as const,
  custom: { schema: {} },
};
const schema: Schema = { type: "object", properties: { spec: { type: "object", nullable: true, properties: {} } } };
const answer = (path: string, headers: Record<string, string>, query = "") =>
  openapiAnswer(
    { path, headers, query: new URLSearchParams(query) },
    registry,
    (definition, field) => (field === undefined ? `About ${definition.split(".").at(-1)}.` : `The ${field}.`),
    (kind) => (kind.kind === "CronTab" ? schema : undefined),
  );
const ask = (url: string, headers: Record<string, string> = {}) => {
  const [path = "", query] = url.split("?");
  return answer(path, headers, query)!;
};
const read = (url: string) => JSON.parse(new TextDecoder().decode(ask(url).body as Uint8Array));

test("openapi: version 3 tells shapes, defaults and how lists are merged", () => {
  const { schemas } = read("/openapi/v3/apis/apps/v1").components;
  assert.deepEqual(schemas["io.k8s.api.apps.v1.ReplicaSet"]["x-kubernetes-group-version-kind"], [
    { group: "apps", kind: "ReplicaSet", version: "v1" },
  ]);
  assert.deepEqual(schemas["io.k8s.api.apps.v1.ReplicaSet"].properties.spec, {
    allOf: [{ $ref: "#/components/schemas/io.k8s.api.apps.v1.ReplicaSetSpec" }],
    default: {},
    description: "The spec.",
  });
  const { ports } = schemas["io.k8s.api.core.v1.Container"].properties;
  assert.deepEqual(ports["x-kubernetes-list-map-keys"], ["containerPort", "protocol"]);
  assert.equal(ports["x-kubernetes-patch-merge-key"], "containerPort");
  assert.equal(schemas["io.k8s.api.core.v1.ContainerPort"].properties.protocol.default, "TCP");
  assert.deepEqual(schemas["io.k8s.api.core.v1.ContainerPort"].required, ["containerPort"]);
});

test("openapi: version 3 tells what may be asked, and kubectl finds server-side validation", () => {
  const { paths } = read("/openapi/v3/apis/apps/v1");
  const one = paths["/apis/apps/v1/namespaces/{namespace}/replicasets/{name}"];
  assert.equal(one.patch.operationId, "patchAppsV1NamespacedReplicaSet");
  assert(one.patch.parameters.some(({ name }: { name: string }) => name === "fieldValidation"));
  assert.deepEqual(
    one.parameters.map(({ name }: { name: string }) => name),
    ["name", "namespace", "pretty"],
  );
  const all = paths["/apis/apps/v1/replicasets"].get;
  assert.equal(all.operationId, "listAppsV1ReplicaSetForAllNamespaces");
  assert.equal(
    paths["/apis/apps/v1/namespaces/{namespace}/replicasets/{name}/scale"].get.operationId,
    "readAppsV1NamespacedReplicaSetScale",
  );
});

test("openapi: documents are named by their hash, and good for ever under it", () => {
  const { serverRelativeURL } = read("/openapi/v3").paths["apis/apps/v1"];
  const hashed = ask(serverRelativeURL);
  assert.equal(hashed.status, 200);
  assert.match(String(hashed.headers["cache-control"]), /immutable/);
  assert.equal(ask("/openapi/v3/apis/apps/v1?hash=OLD").headers["location"], serverRelativeURL);
  const { etag } = ask("/openapi/v3/apis/apps/v1").headers as { etag: string };
  assert.equal(ask("/openapi/v3/apis/apps/v1", { "if-none-match": etag }).status, 304);
});

test("openapi: a custom kind comes and goes, in its own schema", () => {
  const before = ask("/openapi/v2").headers["etag"];
  registry.add(custom);
  const document = read("/openapi/v2");
  assert.notEqual(ask("/openapi/v2").headers["etag"], before);
  const definition = document.definitions["com.example.stable.v1.CronTab"];
  assert.deepEqual(definition.properties.spec, {}, "what may be null has no type in OpenAPI 2");
  assert.equal(definition.properties.metadata.$ref, "#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta");
  assert.equal(definition["x-kubernetes-group-version-kind"][0].kind, "CronTab");
  const { schemas } = read("/openapi/v3/apis/stable.example.com/v1").components;
  assert.equal(schemas["com.example.stable.v1.CronTab"].properties.spec.nullable, true);
  assert.equal(
    schemas["com.example.stable.v1.CronTabList"].properties.items.items.$ref,
    "#/components/schemas/com.example.stable.v1.CronTab",
  );
  const path = "/apis/stable.example.com/v1/namespaces/{namespace}/crontabs/{name}";
  const types = ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"];
  assert.deepEqual(document.paths[path].patch.consumes, types, "by which kubectl chooses what patch it sends");
  const { content } = read("/openapi/v3/apis/stable.example.com/v1").paths[path].patch.requestBody;
  assert.deepEqual(Object.keys(content), types.toSorted());
  registry.remove(custom);
  assert.equal(answer("/openapi/v3/apis/stable.example.com/v1", {}), undefined);
});

test("openapi: version 2 for those who still read it", () => {
  const { paths, definitions, parameters } = read("/openapi/v2");
  assert.equal(
    paths["/api/v1/namespaces/{namespace}/pods/{name}/exec"].post.operationId,
    "connectCoreV1PostNamespacedPodExec",
  );
  assert.deepEqual(definitions["io.k8s.api.core.v1.Pod"].properties.spec, {
    description: "The spec.",
    $ref: "#/definitions/io.k8s.api.core.v1.PodSpec",
  });
  const patch = paths["/api/v1/namespaces/{namespace}/pods/{name}"].patch.parameters;
  assert.deepEqual(
    patch.map((each: { name?: string; $ref?: string }) => each.name ?? each.$ref!.replace(/-.{8}$/, "")),
    ["#/parameters/body", "dryRun", "#/parameters/fieldManager", "fieldValidation", "#/parameters/force"],
    "what operations share is referred to, but for what older clients look at",
  );
  // Kubernetes has them by these names.
  const bodyOf = (kind: string) => ({ name: "body", in: "body", schema: { $ref: `#/definitions/${META}.${kind}` } });
  assert.deepEqual(parameters["body-2Y1dVQaQ"], bodyOf("DeleteOptions"));
  assert.deepEqual(parameters["body-78PwaGsr"], { ...bodyOf("Patch"), required: true });
  assert.equal(ask("/openapi/v2", { accept: "text/html" }).status, 406);
  const protobuf = ask("/openapi/v2", { accept: "application/com.github.proto-openapi.spec.v2@v1.0+protobuf" });
  assert.equal(protobuf.status, 200);
  assert.equal(protobuf.headers["content-type"], "application/com.github.proto-openapi.spec.v2.v1.0+protobuf");
  assert.deepEqual(protobuf.body, protobufV2(read("/openapi/v2")));
  assert.notEqual(protobuf.headers["etag"], ask("/openapi/v2").headers["etag"]);
});

test("openapi: version 2 as protobuf is what Gnostic makes of the same document", () => {
  const file = (name: string) => readFileSync(new URL(`./testdata/${name}`, import.meta.url));
  const document = JSON.parse(file("document-v2.json").toString()) as object;
  assert.deepEqual(Buffer.from(protobufV2(document)), file("document-v2.pb"));
});
