import { merge } from "../../../src/apiserver/answers/drafts.ts";
import { type Case, defineCase } from "../define-case.ts";

// What claims to devices ask for, and classes of devices: what they are refused.

const RESOURCE = "/apis/resource.k8s.io/v1";
const one = { name: "one", exactly: { deviceClassName: "a" } };
const choice = (name: string) => ({ name, deviceClassName: "a" });
const either = { name: "either", firstAvailable: [choice("left"), choice("right")] };
const long = "x".repeat(64);
const opaque = (parameters: unknown, driver = "dra.example.com") => ({ opaque: { driver, parameters } });
const exactly = (parts: object) => ({ requests: [{ name: "one", exactly: { deviceClassName: "a", ...parts } }] });
const constrained = (...constraints: readonly object[]) => ({ requests: [one, either], constraints });
const configured = (...config: readonly object[]) => ({ requests: [one, either], config });
const many = <T>(count: number, item: (index: number) => T) => Array.from({ length: count }, (_, index) => item(index));
const claim = { metadata: { name: "one" }, spec: { devices: { requests: [one] } } };
const consumer = { resource: "pods", name: "one", uid: "one" };
const MATCH = { matchAttribute: "dra.example.com/model" };

const EXPRESSIONS: readonly string[] = [
  'device.driver == "dra.example.com"',
  'device.attributes["dra.example.com"].model == "a"',
  'device.attributes["dra.example.com"].ready',
  'device.capacity["dra.example.com"].memory.compareTo(quantity("1Gi")) >= 0',
  'cel.bind(own, device.attributes["dra.example.com"], own.ready && own.other)',
  'device.attributes["a"].version.isGreaterThan(semver("1.0.0"))',
  '"a" in device.attributes && device.attributes["a"].exists(name, name == "b")',
  "device.allowMultipleAllocations",
  "device.driver",
  "device.capacity",
  'device.capacity["a"].memory',
  "device",
  "1 + 1",
  "null",
  "device.other",
  "other.driver == 'a'",
  "device.driver == 1",
];

const CLAIMS: readonly object[] = [
  {},
  { requests: null },
  { requests: [one, either] },
  { requests: [{ name: "one" }, { ...either, name: "Not valid!", exactly: one.exactly }, { ...one, name: "" }] },
  { requests: [one, one, { ...either, firstAvailable: [choice("a"), choice("a"), choice("Not valid!")] }] },
  { requests: many(33, (index) => ({ ...one, name: `r-${index}` })) },
  { requests: [{ name: "one", firstAvailable: many(9, (index) => choice(`c-${index}`)) }] },
  { requests: [{ name: "one", exactly: {} }] },
  exactly({ deviceClassName: "Not valid!" }),
  ...[
    { allocationMode: "All", count: 1 },
    { allocationMode: "All" },
    { count: -1 },
    { count: 7 },
    { allocationMode: "Other" },
  ].map(exactly),
  exactly({ selectors: [{}, { cel: { expression: "x".repeat(10 * 1024 + 1) } }] }),
  exactly({ selectors: many(33, () => ({})) }),
  ...EXPRESSIONS.map((expression) => exactly({ selectors: [{ cel: { expression } }] })),
  exactly({
    tolerations: [
      { key: "a", value: "b" },
      { key: "Not valid!", operator: "Exists", value: "b", effect: "NoSchedule" },
      { key: "a", operator: "Equal", value: "not valid!", effect: "Other" },
      { operator: "Other", effect: "" },
      { operator: "Exists", effect: "NoExecute", tolerationSeconds: 5 },
    ],
  }),
  { requests: [{ name: "one", firstAvailable: [{ ...choice("a"), allocationMode: "All", count: 2 }] }] },
  constrained({ requests: ["one", "either", "either/left"], ...MATCH }),
  constrained({ requests: ["one/left", "either/other", "other", "a/b/c", "Not valid!", "one", "one", ""], ...MATCH }),
  constrained({}, { distinctAttribute: "dra.example.com/model" }, { ...MATCH, distinctAttribute: "model" }),
  ...["model", "not-valid", "/model", "dra.example.com/", `Not valid!/1${long}`, "a/b/c", "", long].map((name) =>
    constrained({ matchAttribute: name }, { distinctAttribute: name }),
  ),
  { requests: [one], constraints: many(33, () => MATCH) },
  configured({ requests: ["one"], ...opaque({ a: 1 }) }, opaque({})),
  configured({ requests: ["other", "one", "one"] }, opaque(null), opaque([]), opaque("a"), opaque(1), opaque(true)),
  configured(opaque({}, "Not valid!"), opaque({}, ""), opaque({ a: long.repeat(200) }), { opaque: {} }),
  { requests: [one], config: many(33, () => opaque({})) },
];

const CLASSES: readonly object[] = [
  {},
  { selectors: [{}, { cel: { expression: "x".repeat(10 * 1024 + 1) } }], config: [{}, opaque([], "Not valid!")] },
  { selectors: many(33, () => ({})), config: many(33, () => ({})) },
  ...["a", "example.com/a", "kubernetes.io/a", "requests.example.com/a", "Not valid!", "", `example.com/${long}`].map(
    (extendedResourceName) => ({ extendedResourceName }),
  ),
];

const cases: readonly Case[] = [
  defineCase(
    "devices-claims",
    "api",
    CLAIMS.map((devices) => ({
      ask: `POST ${RESOURCE}/namespaces/{ns}/resourceclaims?dryRun=All`,
      body: { metadata: { name: "one" }, spec: { devices } },
    })),
  ),
  defineCase("devices-templates", "api", [
    ...CLAIMS.slice(0, 5).map((devices) => ({
      ask: `POST ${RESOURCE}/namespaces/{ns}/resourceclaimtemplates?dryRun=All`,
      body: { metadata: { name: "one" }, spec: { spec: { devices } } },
    })),
    {
      ask: `POST ${RESOURCE}/namespaces/{ns}/resourceclaimtemplates?dryRun=All`,
      body: {
        metadata: { name: "one" },
        spec: {
          metadata: { name: "dropped", labels: { a: "not valid!" }, annotations: { "not valid!": "a" } },
          spec: { devices: { requests: [one] } },
        },
      },
    },
  ]),
  defineCase("devices-classes", "api", [
    ...CLASSES.map((spec) => ({
      ask: `POST ${RESOURCE}/deviceclasses?dryRun=All`,
      body: { metadata: { name: "{ns}" }, spec },
    })),
    { ask: `POST ${RESOURCE}/deviceclasses`, body: { metadata: { name: "{ns}" }, spec: {} } },
    { ask: `PUT ${RESOURCE}/deviceclasses/{ns}`, body: { metadata: { name: "{ns}" }, spec: CLASSES[1] } },
    { ask: `DELETE ${RESOURCE}/deviceclasses/{ns}` },
  ]),
  defineCase("devices-consumers", "api", [
    { ask: `POST ${RESOURCE}/namespaces/{ns}/resourceclaims`, body: claim },
    ...[
      { reservedFor: [{}] },
      { reservedFor: [consumer, consumer] },
      { reservedFor: [consumer] },
      { allocation: { devices: {} }, reservedFor: [consumer, { ...consumer, uid: "" }] },
      { allocation: { devices: {} }, reservedFor: many(257, (index) => ({ ...consumer, uid: `${index}` })) },
      { allocation: { devices: {} }, reservedFor: [consumer] },
      { allocation: null },
      { allocation: null, reservedFor: null },
    ].map((status) => ({
      ask: `PATCH ${RESOURCE}/namespaces/{ns}/resourceclaims/one/status`,
      headers: merge,
      body: { status },
    })),
  ]),
];
export default cases;
