import { apply, merge } from "../../../src/apiserver/answers/drafts.ts";
import { defineCase, type HttpStep, type Json } from "../define-case.ts";

// Whose the fields of a custom object are, when it is written in several versions.

const GROUP = "{ns}.example.com";
const at = (version: string, name = "") => `/apis/${GROUP}/${version}/things${name === "" ? "" : `/${name}`}`;
const text = { type: "string" };
const schema = (more: object) => ({
  openAPIV3Schema: {
    type: "object",
    properties: {
      spec: {
        type: "object",
        properties: {
          a: text,
          b: text,
          list: {
            type: "array",
            "x-kubernetes-list-type": "map",
            "x-kubernetes-list-map-keys": ["name"],
            items: { type: "object", required: ["name"], properties: { name: text, value: text } },
          },
          ...more,
        },
      },
      status: { type: "object", properties: { a: text } },
    },
  },
});
const version = (name: string, storage: boolean, more: object) => ({
  name,
  served: true,
  storage,
  subresources: { status: {} },
  schema: schema(more),
});
const definition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `things.${GROUP}` },
  spec: {
    group: GROUP,
    scope: "Cluster",
    names: { plural: "things", kind: "Thing" },
    versions: [version("v1", true, { c: text }), version("v2", false, { c: text })],
  },
};
const thing = (of: string, spec: Json) => ({
  apiVersion: `${GROUP}/${of}`,
  kind: "Thing",
  metadata: { name: "one" },
  spec,
});
const applied = (of: string, manager: string, spec: Json, force = false): HttpStep => ({
  ask: `PATCH ${at(of, "one")}?fieldManager=${manager}${force ? "&force=true" : ""}`,
  headers: apply,
  body: thing(of, spec),
});

export default defineCase("custom-versions", "api", [
  { ask: "POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions", body: definition },
  {
    ask: `GET /apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.${GROUP}`,
    until: ({ status }: Json) =>
      status.conditions?.some((one: Json) => one.type === "Established" && one.status === "True") === true,
    see: ({ spec }: Json) => spec.names,
  },
  { ask: `GET ${at("v1")}`, until: ({ kind }: Json) => kind === "ThingList" },
  { ask: `GET ${at("v2")}`, until: ({ kind }: Json) => kind === "ThingList" },
  applied("v1", "one", { a: "1", list: [{ name: "x", value: "1" }] }),
  applied("v2", "two", { b: "2", list: [{ name: "y", value: "2" }] }),
  applied("v2", "two", { a: "2" }),
  applied("v2", "two", { a: "2", b: "2" }, true),
  applied("v2", "one", { list: [{ name: "x", value: "3" }] }),
  applied("v1", "one", { list: [{ name: "x", value: "4" }] }),
  { ask: `PATCH ${at("v1", "one")}?fieldManager=three`, headers: merge, body: { spec: { b: "3", c: "3" } } },
  { ask: `PATCH ${at("v2", "one")}/status?fieldManager=four`, headers: merge, body: { status: { a: "4" } } },
  applied("v1", "two", {}),
  { ask: `GET ${at("v1", "one")}` },
  { ask: `GET ${at("v2", "one")}` },
]);
