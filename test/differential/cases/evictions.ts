import { merge } from "../../../src/apiserver/answers/drafts.ts";
import { type Case, defineCase, type Step } from "../define-case.ts";

const PODS = "/api/v1/namespaces/{ns}/pods";
const BUDGETS = "/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets";
const HELD = { finalizers: ["example.com/held"] };

/** A pod that stays to be looked at, in this state. */
const pod = (name: string, status: object, metadata: object = HELD): readonly Step[] => [
  {
    ask: `POST ${PODS}`,
    body: {
      metadata: { name, labels: { app: "web" }, ...metadata },
      spec: { containers: [{ name: "main", image: "web:1" }], terminationGracePeriodSeconds: 0 },
    },
  },
  { ask: `PATCH ${PODS}/${name}/status`, headers: merge, body: { status }, as: name },
];
const running = { phase: "Running" };
const ready = { phase: "Running", conditions: [{ type: "Ready", status: "True" }] };
const evict = (name: string, deleteOptions?: object, query = ""): readonly Step[] => [
  {
    ask: `POST ${PODS}/${name}/eviction${query}`,
    body: { metadata: { name }, ...(deleteOptions && { deleteOptions }) },
  },
  { ask: `GET ${PODS}/${name}` },
];
const budget = (name: string, spec: object, metadata: object = {}): Step => ({
  ask: `POST ${BUDGETS}`,
  body: {
    metadata: { name, ...metadata },
    spec: { selector: { matchLabels: { app: "web" } }, minAvailable: 1, ...spec },
  },
});
const allowed = (status: object): Step => ({
  ask: `PATCH ${BUDGETS}/one/status`,
  headers: merge,
  body: { status: { observedGeneration: 1, currentHealthy: 2, desiredHealthy: 1, expectedPods: 2, ...status } },
});
const condition = (reason: string, message: string) => [
  { type: "DisruptionAllowed", status: "False", reason, message, lastTransitionTime: "2026-01-01T00:00:00Z" },
];
const look: Step = { ask: `GET ${BUDGETS}/one` };

const cases: readonly Case[] = [
  defineCase("evictions-on-conditions", "api", [
    ...[{ phase: "Pending" }, running, { phase: "Failed" }].flatMap((status, index) => {
      const name = `pod-${index}`;
      const version = `{${name}:metadata.resourceVersion}`;
      const uid = `{${name}:metadata.uid}`;
      return [
        ...pod(name, status),
        ...evict(name, { preconditions: { uid: "other", resourceVersion: version } }),
        ...evict(name, { preconditions: { resourceVersion: "1" } }),
        ...evict(name, { preconditions: { uid: "" } }),
        ...evict(name, { preconditions: { uid, resourceVersion: version } }, "?dryRun=All"),
        ...evict(name, { preconditions: { resourceVersion: "" } }, "?dryRun=All"),
        ...evict(name, { preconditions: { uid, resourceVersion: "" }, gracePeriodSeconds: 5 }),
        ...evict(name),
      ];
    }),
    ...pod("three", running),
    ...evict("three", {
      preconditions: { uid: "{three:metadata.uid}", resourceVersion: "{three:metadata.resourceVersion}" },
    }),
    ...pod("four", {
      phase: "Running",
      conditions: [
        { type: "DisruptionTarget", status: "True", reason: "Other", lastTransitionTime: "2026-01-01T00:00:00Z" },
        { type: "Ready", status: "True", lastTransitionTime: "2026-01-01T00:00:00Z" },
      ],
    }),
    ...evict("four"),
    ...pod("five", running, {}),
    ...evict("five", { gracePeriodSeconds: 0 }),
    ...evict("five"),
  ]),
  defineCase("evictions-and-budgets", "api", [
    budget("one", {}),
    ...pod("one", ready),
    ...evict("one"),
    ...[
      { disruptionsAllowed: 0 },
      { disruptionsAllowed: 0, currentHealthy: 1 },
      { disruptionsAllowed: 0, conditions: condition("SyncFailed", "why not") },
      { disruptionsAllowed: 0, conditions: condition("InsufficientPods", "too few") },
      { disruptionsAllowed: 0, conditions: condition("InsufficientPods", "") },
      { disruptionsAllowed: 2, observedGeneration: 0 },
    ].flatMap((status) => [allowed(status), ...evict("one")]),
    allowed({ disruptionsAllowed: 2 }),
    ...evict("one", undefined, "?dryRun=All"),
    look,
    ...evict("one", { preconditions: { uid: "other" } }),
    look,
    ...evict("one"),
    look,
    ...evict("one"),
    look,
    ...pod("two", ready),
    ...evict("two"),
    look,
    ...pod("three", running),
    allowed({ disruptionsAllowed: 0, currentHealthy: 0 }),
    ...evict("three"),
    allowed({ disruptionsAllowed: 0, currentHealthy: 1 }),
    ...evict("three", { preconditions: { resourceVersion: "1" } }),
    look,
    ...pod("four", running),
    { ask: `PATCH ${BUDGETS}/one`, headers: merge, body: { spec: { unhealthyPodEvictionPolicy: "AlwaysAllow" } } },
    allowed({ disruptionsAllowed: 0, currentHealthy: 0, observedGeneration: 2 }),
    ...evict("four"),
    ...pod("five", ready),
    budget("two", { selector: {} }),
    ...evict("five"),
    ...evict("five", { dryRun: ["All"] }),
  ]),
];

export default cases;
