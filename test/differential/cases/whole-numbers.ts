import { apply, jsonPatch, merge } from "../../../src/apiserver/answers/drafts.ts";
import { defineCase, type Json } from "../define-case.ts";

// Whole numbers that a double cannot hold, in every way in and out.

const GROUP = "{ns}.example.com";
const THINGS = `/apis/${GROUP}/v1/things`;
const JOBS = "/apis/batch/v1/namespaces/{ns}/jobs";
const NANOSECONDS = 1764532800123456789n;
const GREATEST = 2n ** 63n - 1n;
const LEAST = -(2n ** 63n);

const definition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `things.${GROUP}` },
  spec: {
    group: GROUP,
    scope: "Cluster",
    names: { plural: "things", kind: "Thing" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        additionalPrinterColumns: [
          { name: "At", type: "integer", jsonPath: ".spec.at" },
          { name: "Text", type: "string", jsonPath: ".spec.at" },
          { name: "Number", type: "number", jsonPath: ".spec.at" },
        ],
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                properties: {
                  at: { type: "integer", format: "int64" },
                  once: { type: "integer", default: NANOSECONDS },
                  number: { type: "number" },
                  bound: { type: "integer", maximum: 10 },
                  even: { type: "integer", multipleOf: 2 },
                  one: { type: "integer", enum: [GREATEST, 1] },
                  text: { type: "string" },
                  small: { type: "integer", format: "int32", minimum: -2.5, maximum: 7 },
                  tenths: { type: "number", format: "double", multipleOf: 0.1, maximum: 3, exclusiveMaximum: true },
                  float: { type: "number", format: "float" },
                  yes: { type: "boolean", format: "int32" },
                  time: { type: "string", format: "date-time" },
                  either: { "x-kubernetes-int-or-string": true },
                  set: { type: "array", "x-kubernetes-list-type": "set", items: { type: "integer" } },
                  map: {
                    type: "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["id"],
                    items: {
                      type: "object",
                      required: ["id"],
                      properties: { id: { type: "integer" }, a: { type: "string" } },
                    },
                  },
                  ruled: { type: "integer", "x-kubernetes-validations": [{ rule: "self != 9223372036854775806" }] },
                  open: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
                },
              },
            },
          },
        },
      },
    ],
  },
};
const thing = (name: string, spec: object) => ({ apiVersion: `${GROUP}/v1`, kind: "Thing", metadata: { name }, spec });
const job = (name: string, activeDeadlineSeconds: bigint) => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name },
  spec: {
    activeDeadlineSeconds,
    template: { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "web:1" }] } },
  },
});
const SPECS: readonly object[] = [
  { at: NANOSECONDS, open: { a: [GREATEST, LEAST, 9007199254740993n, 9007199254740992n, -9007199254740993n] } },
  { open: { beyond: 2n ** 64n, less: -(2n ** 65n), much: 10n ** 30n, digits: 12345678901234567890n } },
  { number: NANOSECONDS },
  { set: [GREATEST, GREATEST - 1n], map: [{ id: GREATEST }, { id: GREATEST - 1n }] },
];
/** Mostly. */
const WRONG: readonly object[] = [
  { at: 2n ** 64n },
  { bound: NANOSECONDS },
  { even: NANOSECONDS },
  { one: GREATEST - 1n },
  { text: NANOSECONDS },
  { set: [GREATEST, GREATEST] },
  { map: [{ id: GREATEST }, { id: GREATEST }] },
  { ruled: GREATEST - 1n },
  { at: 1.5 },
  { at: "1" },
  { at: true },
  { at: {} },
  { at: [] },
  { at: null },
  { at: 1e18 },
  { at: 1e19 },
  { even: 3 },
  { even: 2.5 },
  { small: 2 ** 31 },
  { small: -3 },
  { small: -2 },
  { small: 1e10 },
  { tenths: 0.3 },
  { tenths: 0.35 },
  { tenths: 3 },
  { tenths: 1e300 },
  { float: 1e39 },
  { float: "x" },
  { yes: 1 },
  { yes: "x" },
  { time: 5 },
  { time: {} },
  { either: 2n ** 64n },
  { either: 1.5 },
  { either: NANOSECONDS },
  { either: true },
];

export default defineCase("whole-numbers", "api", [
  { ask: "POST /apis/apiextensions.k8s.io/v1/customresourcedefinitions", body: definition },
  {
    ask: `GET /apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.${GROUP}`,
    until: ({ status }: Json) =>
      status.conditions?.some(
        (one: { type: string; status: string }) => one.type === "Established" && one.status === "True",
      ),
    see: ({ spec }: Json) => spec,
  },
  { ask: `GET ${THINGS}`, until: ({ kind }: Json) => kind === "ThingList" },
  ...SPECS.flatMap((spec, index) => [
    { ask: `POST ${THINGS}`, body: thing(`thing-${index}`, spec) },
    { ask: `GET ${THINGS}/thing-${index}` },
    { ask: `PUT ${THINGS}/thing-${index}?fieldManager=again`, body: thing(`thing-${index}`, spec) },
  ]),
  ...WRONG.map((spec, index) => ({ ask: `POST ${THINGS}`, body: thing(`wrong-${index}`, spec) })),
  { ask: `GET ${THINGS}`, headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" } },
  { ask: `GET ${THINGS}/thing-0`, headers: { accept: "application/yaml" } },
  {
    ask: `POST ${THINGS}`,
    headers: { "content-type": "application/yaml" },
    body: `apiVersion: ${GROUP}/v1\nkind: Thing\nmetadata: {name: yaml}\nspec: {at: ${NANOSECONDS}, open: {a: ${LEAST}, b: 0x7fffffffffffffff, c: 1.5}}\n`,
  },
  { ask: `PATCH ${THINGS}/thing-0`, headers: merge, body: { spec: { at: NANOSECONDS + 1n, open: { b: GREATEST } } } },
  { ask: `PATCH ${THINGS}/thing-0`, headers: jsonPatch, body: [{ op: "test", path: "/spec/at", value: NANOSECONDS }] },
  {
    ask: `PATCH ${THINGS}/thing-0`,
    headers: jsonPatch,
    body: [
      { op: "test", path: "/spec/at", value: NANOSECONDS + 1n },
      { op: "add", path: "/spec/open/c", value: LEAST + 1n },
      { op: "copy", from: "/spec/open/b", path: "/spec/open/d" },
    ],
  },
  { ask: `PATCH ${THINGS}/applied?fieldManager=one`, headers: apply, body: thing("applied", SPECS[0]!) },
  {
    ask: `PATCH ${THINGS}/applied?fieldManager=two`,
    headers: apply,
    body: thing("applied", { set: [2], map: [{ id: 3, a: "b" }], open: { a: LEAST } }),
  },
  { ask: `PATCH ${THINGS}/applied?fieldManager=two`, headers: apply, body: thing("applied", { at: NANOSECONDS }) },
  {
    ask: `PATCH ${THINGS}/applied?fieldManager=three`,
    headers: apply,
    body: thing("applied", { at: NANOSECONDS + 1n }),
  },
  { ask: `POST ${JOBS}`, body: job("greatest", GREATEST) },
  { ask: `PATCH ${JOBS}/greatest`, headers: merge, body: { spec: { activeDeadlineSeconds: LEAST } } },
  { ask: `PATCH ${JOBS}/greatest`, headers: merge, body: { spec: { activeDeadlineSeconds: 5 } } },
]);
