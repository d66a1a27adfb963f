import { apply, jsonPatch, merge, strategic } from "../../../src/apiserver/answers/drafts.ts";
import { defineCase, type HttpStep } from "../define-case.ts";
import { collectionOf, named, SAMPLES } from "../samples.ts";

// What an object is, changed by patches of it and of its parts, and the object replaced as a whole.

const PODS = "/api/v1/namespaces/{ns}/pods";
const SETS = "/apis/apps/v1/namespaces/{ns}/statefulsets";
const pod = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "one" },
  spec: { containers: [{ name: "main", image: "web:1" }] },
};
const set = {
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name: "one" },
  spec: {
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "main", image: "web:1" }] } },
  },
};

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const definition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "things.{ns}.example.com" },
  spec: {
    group: "{ns}.example.com",
    scope: "Namespaced",
    names: { plural: "things", kind: "Thing" },
    versions: ["v1", "v2"].map((name) => ({
      name,
      served: true,
      storage: name === "v1",
      schema: {
        openAPIV3Schema: {
          type: "object",
          properties: {
            spec: { type: "object", properties: { replicas: { type: "integer" } } },
            status: { type: "object", properties: { replicas: { type: "integer" } } },
          },
        },
      },
      subresources: {
        status: {},
        scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" },
      },
    })),
  },
};
const THINGS = "/apis/{ns}.example.com/v1/namespaces/{ns}/things";
const thing = { apiVersion: "{ns}.example.com/v1", kind: "Thing", metadata: { name: "one" }, spec: { replicas: 1 } };

const SAID: readonly object[] = [
  ...[null, "", "v1", "v2", "apps/v1", "{ns}.example.com/v2", "none/v1", 7, "a/b/c"].map((apiVersion) => ({
    apiVersion,
  })),
  ...[null, "", "Pod", "Scale", "Other", []].map((kind) => ({ kind })),
  { apiVersion: null, kind: null },
  { apiVersion: "", kind: "" },
  { apiVersion: "v1", kind: "Pod" },
  { apiVersion: "apps/v1", kind: "Deployment" },
  { apiVersion: "autoscaling/v1", kind: "Scale" },
  { apiVersion: null, name: "one" },
  { apiVersion: null, kind: "Other", name: "one" },
];

const ROOTS: readonly unknown[] = [null, "x", 7, true, [], [{ a: 1 }], {}, { kind: "Other" }];

function changed(one: string, whole: object): readonly HttpStep[] {
  return [
    ...SAID.flatMap((said) => [
      { ask: `PATCH ${one}?dryRun=All`, headers: merge, body: said },
      { ask: `PATCH ${one}?dryRun=All`, headers: strategic, body: said },
      { ask: `PATCH ${one}?dryRun=All&fieldValidation=Strict`, headers: jsonPatch, body: operations(said) },
      { ask: `PATCH ${one}?dryRun=All&fieldManager=one`, headers: apply, body: { ...whole, ...said } },
    ]),
    ...ROOTS.flatMap((value) =>
      ["replace", "add", "test"].map((op) => ({
        ask: `PATCH ${one}?dryRun=All`,
        headers: jsonPatch,
        body: [{ op, path: "", value }],
      })),
    ),
    { ask: `PATCH ${one}?dryRun=All`, headers: jsonPatch, body: [{ op: "remove", path: "" }] },
    { ask: `PATCH ${one}?dryRun=All`, headers: jsonPatch, body: [{ op: "copy", path: "", from: "/spec" }] },
    { ask: `PATCH ${one}?dryRun=All`, headers: jsonPatch, body: [{ op: "move", path: "", from: "/spec" }] },
    { ask: `PATCH ${one}?dryRun=All`, headers: jsonPatch, body: [{ op: "copy", path: "/spec/a", from: "" }] },
    { ask: `PATCH ${one}?dryRun=All`, headers: jsonPatch, body: [{ op: "replace", path: "", value: whole }] },
    {
      ask: `PATCH ${one}?dryRun=All`,
      headers: jsonPatch,
      body: [
        { op: "replace", path: "", value: [1] },
        { op: "add", path: "/-", value: 2 },
        { op: "replace", path: "/0", value: { b: 1, a: 2 } },
      ],
    },
    {
      ask: `PATCH ${one}?dryRun=All`,
      headers: jsonPatch,
      body: [
        { op: "replace", path: "", value: [1] },
        { op: "replace", path: "", value: whole },
      ],
    },
  ];
}

function operations(said: object): readonly object[] {
  return Object.entries(said).map(([name, value]) =>
    value === null ? { op: "remove", path: `/${name}` } : { op: "add", path: `/${name}`, value: value as unknown },
  );
}

const scaleOf = (apiVersion: string, kind: string) => ({
  apiVersion,
  kind,
  metadata: { name: "one" },
  spec: { replicas: 1 },
});

/** Kinds whose internal type shows what no version of theirs has. */
const WITH_MORE_INSIDE = new Set(["DaemonSet", "Job"]);

export default [
  defineCase(
    "patched-kinds-of-no-version",
    "api",
    SAMPLES.filter(({ kind }) => !WITH_MORE_INSIDE.has(kind.kind)).flatMap((sample) => {
      const one = `${collectionOf(sample)}/{ns}-one`;
      const parts = sample.kind.subresources.some(({ name }) => name === "status") ? ["", "/status"] : [""];
      return [
        { ask: `POST ${collectionOf(sample)}`, body: named(sample, "{ns}-one") },
        ...parts.map((part) => ({
          ask: `PATCH ${one}${part}?dryRun=All`,
          headers: merge,
          body: { apiVersion: null, name: "{ns}-one" },
        })),
      ];
    }),
  ),
  defineCase("patched-kinds", "api", [
    { ask: `POST ${PODS}`, body: pod },
    ...changed(`${PODS}/one`, pod),
    ...changed(`${PODS}/one/status`, pod),
    { ask: `POST ${SETS}`, body: set },
    ...changed(`${SETS}/one`, set),
    ...changed(`${SETS}/one/status`, set),
    ...changed(`${SETS}/one/scale`, scaleOf("autoscaling/v1", "Scale")),
  ]),
  defineCase("patched-kinds-of-custom-objects", "api", [
    { ask: `POST ${DEFINITIONS}`, body: definition },
    { ask: `GET ${THINGS}`, until: ({ kind }: { readonly kind?: string }) => kind === "ThingList" },
    { ask: `POST ${THINGS}`, body: thing },
    ...[{ kind: null }, { kind: "" }, { apiVersion: null }, { apiVersion: "" }, { kind: "Other" }].flatMap((said) => [
      { ask: `POST ${THINGS}?dryRun=All`, body: { ...thing, ...said } },
      { ask: `PUT ${THINGS}/one?dryRun=All`, body: { ...thing, ...said } },
    ]),
    ...changed(`${THINGS}/one`, thing),
    ...changed(`${THINGS}/one/status`, thing),
    ...changed(`${THINGS}/one/scale`, scaleOf("autoscaling/v1", "Scale")),
  ]),
  defineCase("scales-of-custom-objects", "api", [
    { ask: `POST ${DEFINITIONS}`, body: definition },
    { ask: `GET ${THINGS}`, until: ({ kind }: { readonly kind?: string }) => kind === "ThingList" },
    ...[undefined, {}, { replicas: 2 }].flatMap((spec, index) => {
      const one = `${THINGS}/scaled-${index}`;
      const body = (replicas: unknown) => ({ metadata: { name: `scaled-${index}` }, spec: { replicas } });
      return [
        { ask: `POST ${THINGS}`, body: { ...thing, metadata: { name: `scaled-${index}` }, spec } },
        { ask: `GET ${one}/scale` },
        { ask: `PATCH ${one}/scale`, headers: merge, body: {} },
        { ask: `PATCH ${one}/scale`, headers: merge, body: { spec: { other: 1, replicas: "x" } } },
        { ask: `PATCH ${one}/scale`, headers: strategic, body: { spec: null } },
        { ask: `PATCH ${one}/scale`, headers: merge, body: { spec: { replicas: null } } },
        ...[-1, undefined].map((replicas) => ({ ask: `PUT ${one}/scale`, body: body(replicas) })),
        { ask: `PATCH ${one}`, headers: merge, body: { spec: null } },
        { ask: `PATCH ${one}/scale`, headers: merge, body: { spec: { replicas: 3 } } },
        { ask: `PUT ${one}/scale`, body: body(-1) },
        { ask: `PUT ${one}/scale`, body: body(0) },
        { ask: `PATCH ${one}/scale`, headers: merge, body: { spec: { replicas: -1 } } },
        { ask: `GET ${one}` },
      ];
    }),
  ]),
];
