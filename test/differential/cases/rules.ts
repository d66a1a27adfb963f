import { defineCase, type Json, type Step } from "../define-case.ts";

// Rules of schemas: what is refused when they are defined, and what they say when they are asked.

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const GROUP = "{ns}.example.com";

const definitionOf = (plural: string, spec: Json): Json => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${plural}.${GROUP}` },
  spec: {
    group: GROUP,
    scope: "Cluster",
    names: { plural, kind: plural.replace(/^t(.*)s$/, "T$1") },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: "object", properties: { spec } } },
      },
    ],
  },
});
const text = { type: "string", maxLength: 10 };
const whole = { type: "integer" };
const parts = {
  text,
  whole,
  number: { type: "number" },
  yes: { type: "boolean" },
  time: { type: "string", format: "date-time" },
  bytes: { type: "string", format: "byte", maxLength: 10 },
  either: { "x-kubernetes-int-or-string": true },
  list: { type: "array", maxItems: 5, items: text },
  map: { type: "object", maxProperties: 5, additionalProperties: whole },
  open: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
  "with-dash": whole,
  in: whole,
};
const RULES = "x-kubernetes-validations";
const ruled = (rule: Json, more: object = {}) => ({ type: "object", properties: parts, [RULES]: [{ rule, ...more }] });
/** Refused when they are defined, most of them. */
const DEFINED: readonly Json[] = [
  ruled(""),
  ruled(" "),
  ruled("self.whole >"),
  ruled("self.nothing > 1"),
  ruled("self.open.anything == 1"),
  ruled("self.whole"),
  ruled("self.text > 1"),
  ruled("self.text + 1 == 'a'"),
  ruled("self.list.all(x, x > 1)"),
  ruled("self.map.all(k, self.map[k] == 'a')"),
  ruled("self.either == 1 || self.either == 'a'"),
  ruled("self.number > 1"),
  ruled("self.time > timestamp('2020-01-01T00:00:00Z')"),
  ruled("self.bytes == b'a'"),
  ruled("self.__in__ == 1 && self.with__dash__dash == 1"),
  ruled("has(self)"),
  ruled("nothing == 1"),
  ruled("nothing(1)"),
  ruled("self.text.nothing()"),
  ruled("size(self.whole) > 1"),
  ruled("self.text.startsWith(1)"),
  ruled("true", { message: " " }),
  ruled("true", { message: "a\nb" }),
  ruled("true ||\n false"),
  ruled("true ||\n false", { message: "a" }),
  ruled("true", { messageExpression: " " }),
  ruled("true", { messageExpression: "self.whole" }),
  ruled("true", { messageExpression: "self.nothing" }),
  ruled("true", { messageExpression: "'a' + self.text" }),
  ruled("true", { reason: "Because" }),
  ruled("true", { fieldPath: ".text" }),
  ruled("true", { fieldPath: " " }),
  ruled("true", { fieldPath: ".nothing" }),
  ruled("true", { fieldPath: "text" }),
  ruled("true", { fieldPath: "['text']" }),
  ruled("true", { fieldPath: ".map.a" }),
  ruled("true", { fieldPath: ".list[0]" }),
  ruled("true", { fieldPath: ".text.more" }),
  ruled("true", { optionalOldSelf: true }),
  ruled("self == oldSelf"),
  ruled("oldSelf.hasValue() || self.whole == 1", { optionalOldSelf: true }),
  ruled("oldSelf.whole == 1", { optionalOldSelf: true }),
  { type: "array", maxItems: 5, items: { ...whole, [RULES]: [{ rule: "self == oldSelf" }] } },
  {
    type: "array",
    maxItems: 5,
    "x-kubernetes-list-type": "set",
    items: { ...text, [RULES]: [{ rule: "self == oldSelf" }] },
  },
  {
    type: "object",
    "x-kubernetes-map-type": "atomic",
    properties: { a: { ...whole, [RULES]: [{ rule: "self == oldSelf" }] } },
  },
];

/** Asked of objects. */
const ASKED = {
  type: "object",
  properties: {
    ...parts,
    items: {
      type: "array",
      maxItems: 5,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name", "port"],
      items: {
        type: "object",
        required: ["name", "port"],
        properties: { name: text, port: whole, path: { type: "object", properties: { value: text } } },
      },
    },
    one: {
      type: "array",
      maxItems: 5,
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"],
      items: { type: "object", required: ["name"], properties: { name: text } },
    },
    set: { type: "array", maxItems: 5, "x-kubernetes-list-type": "set", items: text },
    object: {
      type: "object",
      "x-kubernetes-embedded-resource": true,
      "x-kubernetes-preserve-unknown-fields": true,
    },
    many: { type: "object", additionalProperties: { type: "array", "x-kubernetes-list-type": "set", items: text } },
  },
  [RULES]: [
    { rule: "!has(self.items) || has(self.items[0].path)", message: "the first has a path" },
    { rule: "!has(self.whole) || 10 / self.whole > 1", message: "a tenth" },
    { rule: "!has(self.text) || self.text != 'number' || int(self.text) > 1" },
    { rule: "!has(self.list) || self.list[1] == 'b'" },
    { rule: "!has(self.map) || self.map['a'] > 0", fieldPath: ".map", reason: "FieldValueRequired" },
    { rule: "!has(self.either) || self.either > 5" },
    { rule: "!has(self.object) || self.object.metadata.name == 'a'" },
  ],
};
const made = (spec: Json): Step => ({
  ask: `POST /apis/${GROUP}/v1/things?dryRun=All`,
  body: { apiVersion: `${GROUP}/v1`, kind: "Thing", metadata: { name: "one" }, spec },
  // In which order fields are told, a map of Go's decides.
  see: ({ code = 201, details, message }: Json) => [
    code,
    details?.causes?.map((cause: Json) => `${cause.field}: ${cause.message}`).toSorted() ?? message,
  ],
});
const object = (more: object) => ({ object: { apiVersion: "v1", kind: "Pod", metadata: { name: "a" }, ...more } });
const SPECS: readonly Json[] = [
  {},
  { items: [{ name: "a", port: 1 }] },
  { items: [{ name: "a", port: 1, path: {} }] },
  { items: [] },
  {
    items: [
      { name: "a", port: 1, path: {} },
      { name: "a", port: 1 },
      { name: "a", port: 1 },
      { name: "a", port: 2 },
    ],
  },
  { items: [1] },
  { items: [null, { name: "a" }] },
  { items: {} },
  { items: "a" },
  { one: [{ name: "a" }, { name: "a" }, {}, {}] },
  { set: ["a", "b", "a", "a"] },
  { set: "a" },
  { set: 1 },
  { many: { a: ["x", "x"], b: 1 } },
  { whole: 0 },
  { whole: 20 },
  { text: "number" },
  { text: {} },
  { list: ["a"] },
  { list: [] },
  { map: {} },
  { map: { a: 0 } },
  { map: [] },
  { either: "a" },
  { either: 1 },
  { either: "10" },
  object({}),
  object({ metadata: { name: "b" } }),
  object({ metadata: undefined }),
  object({ metadata: { name: "a", namespace: "A_", labels: { "a b": "c" } } }),
  object({ metadata: 5 }),
  object({ apiVersion: "a/b/c", kind: "1x" }),
  object({ apiVersion: "", kind: "" }),
  object({ apiVersion: undefined, kind: undefined }),
  object({ apiVersion: 1 }),
  object({ kind: {} }),
];

export default [
  defineCase(
    "rules-defined",
    "api",
    DEFINED.map((spec) => ({
      ask: `POST ${DEFINITIONS}?dryRun=All`,
      body: definitionOf("tests", spec),
      // The types of objects have names that are drawn.
      see: ({ spec: kept, code, details, message }: Json) =>
        code === undefined
          ? kept
          : [code, details?.causes ?? message].map((part) => JSON.stringify(part).replaceAll(/selfType\d+/g, "object")),
    })),
  ),
  defineCase("rules-asked", "api", [
    { ask: `POST ${DEFINITIONS}`, body: definitionOf("things", ASKED) },
    {
      ask: `GET ${DEFINITIONS}/things.${GROUP}`,
      until: ({ status }: Json) =>
        status.conditions?.some((one: Json) => one.type === "Established" && one.status === "True") === true,
      see: ({ spec }: Json) => spec,
    },
    { ask: `GET /apis/${GROUP}/v1/things`, until: ({ kind }: Json) => kind === "ThingList" },
    ...SPECS.map(made),
    { ...made({ set: "a", time: [] }), ask: `POST /apis/${GROUP}/v1/things` },
    { ...made({ time: [] }), ask: `POST /apis/${GROUP}/v1/things`, see: (body: Json) => body },
  ]),
];
