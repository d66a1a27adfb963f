import { apply, jsonPatch, merge, strategic } from "./drafts.ts";
import type { Step } from "./replay.ts";

type Steps = readonly Step[];

const schema = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      required: ["color"],
      properties: {
        color: { type: "string", enum: ["red", "green"] },
        size: { type: "integer", minimum: 1, maximum: 10, default: 3 },
        step: { type: "integer", multipleOf: 5, exclusiveMinimum: true, minimum: 0 },
        name: { type: "string", pattern: "^[a-z]+$", maxLength: 5, minLength: 2 },
        port: { "x-kubernetes-int-or-string": true },
        tags: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set", minItems: 1, maxItems: 3 },
        parts: {
          type: "array",
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["id"],
          items: {
            type: "object",
            required: ["id"],
            properties: { id: { type: "string" }, count: { type: "integer", default: 1 } },
          },
        },
        free: {
          type: "object",
          "x-kubernetes-preserve-unknown-fields": true,
          properties: { known: { type: "string" } },
        },
        labels: { type: "object", additionalProperties: { type: "string" }, minProperties: 1, maxProperties: 2 },
        when: { type: "string", format: "date-time" },
        nothing: { type: "string", nullable: true },
        either: {
          type: "object",
          properties: { a: { type: "string" }, b: { type: "string" } },
          oneOf: [{ required: ["a"] }, { required: ["b"] }],
        },
        inner: {
          type: "object",
          "x-kubernetes-embedded-resource": true,
          "x-kubernetes-preserve-unknown-fields": true,
        },
        replicas: { type: "integer" },
      },
    },
    status: {
      type: "object",
      properties: { replicas: { type: "integer" }, selector: { type: "string" }, phase: { type: "string" } },
    },
  },
};

/** What the custom objects are of: two versions, of which the second has no subresources. */
export const customDefinition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "widgets", kind: "Widget", shortNames: ["wd"], categories: ["all"] },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: schema },
        subresources: {
          status: {},
          scale: {
            specReplicasPath: ".spec.replicas",
            statusReplicasPath: ".status.replicas",
            labelSelectorPath: ".status.selector",
          },
        },
        additionalPrinterColumns: [
          { name: "Color", type: "string", jsonPath: ".spec.color", description: "its color" },
          { name: "Size", type: "integer", jsonPath: ".spec.size", priority: 1 },
          { name: "Id", type: "string", jsonPath: ".spec.parts[0].id" },
        ],
        selectableFields: [{ jsonPath: ".spec.color" }],
      },
      {
        name: "v2beta1",
        served: true,
        storage: false,
        deprecated: true,
        schema: { openAPIV3Schema: { ...schema, description: "the second" } },
      },
    ],
  },
};

const WIDGETS = "/apis/example.com/v1/namespaces/default/widgets";
const SECOND = "/apis/example.com/v2beta1/namespaces/default/widgets";
const widget = (name: string, spec: unknown, more: object = {}) => ({
  apiVersion: "example.com/v1",
  kind: "Widget",
  metadata: { name },
  spec,
  ...more,
});
const table = { accept: "application/json;as=Table;g=meta.k8s.io;v=v1" };
const refused = (spec: unknown): Step => ({ ask: `POST ${WIDGETS}`, body: widget("bad", spec) });
const red = (more: object) => refused({ color: "red", ...more });

/** What the API server makes of objects of a custom kind. */
export const customObjects: Readonly<Record<string, Steps>> = {
  "custom objects": [
    {
      ask: `POST ${WIDGETS}`,
      body: widget(
        "a",
        {
          color: "red",
          extra: 1,
          port: "http",
          tags: ["x"],
          free: { any: [1, { b: null }], known: "k" },
          labels: { q: "r" },
          nothing: null,
          parts: [{ id: "1" }],
          replicas: 1,
        },
        { junk: true, status: { phase: "no" } },
      ),
    },
    { ask: `GET ${WIDGETS}/a` },
    { ask: `GET ${SECOND}/a` },
    { ask: `POST ${WIDGETS}`, body: widget("a", { color: "red" }) },
    { ask: `POST ${WIDGETS}?fieldValidation=Strict`, body: widget("s", { color: "red", extra: 1 }, { junk: true }) },
    { ask: `PUT ${WIDGETS}/a`, body: widget("a", { color: "green" }) },
    { ask: `PATCH ${WIDGETS}/a`, headers: merge, body: { spec: { size: 7, color: "green" } } },
    { ask: `PATCH ${WIDGETS}/a`, headers: merge, body: { spec: { size: 99 } } },
    { ask: `PATCH ${WIDGETS}/a`, headers: strategic, body: { spec: {} } },
    { ask: `PATCH ${WIDGETS}/a`, headers: jsonPatch, body: [{ op: "add", path: "/spec/name", value: "abc" }] },
    {
      ask: `PATCH ${WIDGETS}/a/status`,
      headers: merge,
      body: { status: { replicas: 2, selector: "a=b" }, spec: { size: 1 } },
    },
    { ask: `PATCH ${WIDGETS}/a/status`, headers: merge, body: { status: { replicas: "x" } } },
    { ask: `GET ${WIDGETS}/a/scale` },
    { ask: `PATCH ${WIDGETS}/a/scale`, headers: merge, body: { spec: { replicas: 5 } } },
    { ask: `GET ${SECOND}/a/status` },
    { ask: `GET ${WIDGETS}?fieldSelector=spec.color%3Dgreen` },
    { ask: `GET ${WIDGETS}?fieldSelector=spec.size%3D3` },
    { ask: `GET ${WIDGETS}`, headers: table },
    { ask: `GET ${WIDGETS}/a`, headers: { accept: "application/vnd.kubernetes.protobuf" } },
    { ask: `GET ${WIDGETS}/a`, headers: { accept: "application/vnd.kubernetes.protobuf,application/json" } },
    { ask: `GET ${WIDGETS}/none` },
    { ask: `GET ${WIDGETS}/a/nonsense` },
    { ask: "GET /apis/example.com/v1/namespaces/default/nonsense" },
    { ask: "GET /apis/example.com" },
    { ask: `DELETE ${WIDGETS}/a` },
  ],
  "custom objects, applied": [
    {
      ask: `PATCH ${WIDGETS}/b?fieldManager=m`,
      headers: apply,
      body: widget("b", { color: "red", parts: [{ id: "1", count: 2 }], tags: ["p"], free: { k: { z: 1 } } }),
    },
    {
      ask: `PATCH ${WIDGETS}/b?fieldManager=n`,
      headers: apply,
      body: widget("b", { color: "red", parts: [{ id: "2" }], tags: ["q"], free: { k: { y: 1 } } }),
    },
    { ask: `PATCH ${WIDGETS}/b?fieldManager=n`, headers: apply, body: widget("b", { color: "green" }) },
    { ask: `PATCH ${WIDGETS}/b?fieldManager=n&force=true`, headers: apply, body: widget("b", { color: "green" }) },
    { ask: `DELETE ${WIDGETS}/b` },
  ],
  "custom objects, refused": [
    refused({}),
    refused({ color: "blue" }),
    refused(null),
    refused({ color: null }),
    red({ size: 11 }),
    red({ size: 0 }),
    red({ size: "x" }),
    red({ size: 1.5 }),
    red({ step: 7 }),
    red({ step: 0 }),
    red({ name: "A1" }),
    red({ name: "abcdefg" }),
    red({ name: "a" }),
    red({ port: 1.5 }),
    red({ tags: [] }),
    red({ tags: ["a", "b", "c", "d"] }),
    red({ tags: ["x", "x"] }),
    red({ tags: ["x", 1] }),
    red({ tags: "x" }),
    red({ parts: [{ id: "1" }, { id: "1" }] }),
    red({ parts: [{}] }),
    red({ free: "no" }),
    red({ free: { known: 1 } }),
    red({ labels: { a: 1 } }),
    red({ labels: {} }),
    red({ labels: { a: "1", b: "2", c: "3" } }),
    red({ when: "yesterday" }),
    red({ either: { a: "1", b: "2" } }),
    { ask: `POST ${WIDGETS}`, body: { ...widget("x", { color: "red" }), apiVersion: "example.com/v2beta1" } },
    { ask: `POST ${WIDGETS}`, body: { ...widget("x", { color: "red" }), kind: "Other" } },
    { ask: `POST ${WIDGETS}`, body: widget("A_", { color: "red" }) },
  ],
};
