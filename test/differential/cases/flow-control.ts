import { apply, merge } from "../../../src/apiserver/answers/drafts.ts";
import { type Case, defineCase, type HttpStep, type Json } from "../define-case.ts";

// Which requests go first: what every cluster has, who may write it otherwise, and what the API server says of it.

const LEVELS = "/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations";
const SCHEMAS = "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas";
const KEPT_LEVELS = "catch-all exempt global-default leader-election node-high system workload-high workload-low".split(
  " ",
);
const KEPT_SCHEMAS =
  `catch-all exempt global-default kube-controller-manager kube-scheduler kube-system-service-accounts probes
  service-accounts system-leader-election system-node-high system-nodes`.split(/\s+/);
const KEEPS = "apf.kubernetes.io/autoupdate-spec";
const limited = { type: "Limited", limited: { limitResponse: { type: "Reject" } } };
const dangling = (status: string) => (body: Json) => body.status?.conditions?.[0]?.status === status;
const isKept = (body: Json) => body.metadata?.annotations?.[KEEPS] === "true";
/** How often it has changed depends on what a server knew when it first looked. */
const withoutVersion = ({ metadata: { resourceVersion: _, ...metadata }, ...body }: Json) => ({ ...body, metadata });

const cases: readonly Case[] = [
  defineCase("flow-control", "api", [
    ...KEPT_LEVELS.map((name) => ({ ask: `GET ${LEVELS}/${name}` })),
    ...KEPT_SCHEMAS.map((name) => ({ ask: `GET ${SCHEMAS}/${name}`, until: dangling("False"), see: withoutVersion })),
  ]),
  defineCase("flow-control-fixed", "api", [
    ...[
      { spec: { limited: { nominalConcurrencyShares: 6 } } },
      { spec: { limited: { limitResponse: { type: "Queue", queuing: {} } } } },
      { spec: { limited: { borrowingLimitPercent: 1 } } },
      { spec: { type: "Exempt", limited: null } },
      { spec: { limited: { lendablePercent: null, nominalConcurrencyShares: 5 } } },
    ].map((body) => ({ ask: `PATCH ${LEVELS}/catch-all?dryRun=All`, headers: merge, body })),
    ...[
      { spec: { exempt: { nominalConcurrencyShares: 6, lendablePercent: 7 } } },
      { spec: { exempt: null } },
      { spec: { exempt: { nominalConcurrencyShares: -1 } } },
      { spec: limited },
      { spec: { ...limited, exempt: null } },
    ].map((body) => ({ ask: `PATCH ${LEVELS}/exempt?dryRun=All`, headers: merge, body })),
    ...["exempt", "catch-all"].flatMap((name) =>
      [
        { spec: { matchingPrecedence: 7 } },
        { spec: { priorityLevelConfiguration: { name: "system" } } },
        { spec: { distinguisherMethod: { type: "ByNamespace" } } },
        { spec: { rules: [] } },
        { spec: { rules: null } },
      ].map((body) => ({ ask: `PATCH ${SCHEMAS}/${name}?dryRun=All`, headers: merge, body, see: withoutVersion })),
    ),
    ...[LEVELS, SCHEMAS].map((at) => ({ ask: `POST ${at}`, body: { metadata: { name: "exempt" }, spec: {} } })),
  ]),
  defineCase("flow-control-dangling", "api", [
    { ask: `POST ${SCHEMAS}`, body: { metadata: { name: "{ns}" }, spec: schemaOf("{ns}") }, see: spec },
    { ask: `GET ${SCHEMAS}/{ns}`, until: dangling("True") },
    { ask: `POST ${LEVELS}`, body: { metadata: { name: "{ns}" }, spec: limited } },
    { ask: `GET ${SCHEMAS}/{ns}`, until: dangling("False") },
    { ask: `PATCH ${SCHEMAS}/{ns}`, headers: merge, body: { spec: schemaOf("{ns}-other") }, see: spec },
    { ask: `GET ${SCHEMAS}/{ns}`, until: dangling("True") },
    { ask: `PATCH ${SCHEMAS}/{ns}`, headers: merge, body: { spec: schemaOf("system") }, see: spec },
    { ask: `GET ${SCHEMAS}/{ns}`, until: dangling("False") },
    { ask: `DELETE ${SCHEMAS}/{ns}`, see: spec },
    { ask: `DELETE ${LEVELS}/{ns}` },
  ]),
  // Kubernetes looks once a minute.
  defineCase("flow-control-kept", "api", [
    {
      ask: `PATCH ${LEVELS}/workload-low`,
      headers: merge,
      body: { spec: { limited: { lendablePercent: 1 } } },
      see: spec,
    },
    { ask: `PATCH ${LEVELS}/exempt`, headers: merge, body: { metadata: { annotations: null } }, see: spec },
    { ask: `DELETE ${LEVELS}/node-high`, see: spec },
    { ask: `DELETE ${SCHEMAS}/probes`, see: () => "gone" },
    {
      ask: `PATCH ${SCHEMAS}/service-accounts`,
      headers: merge,
      body: { metadata: { annotations: { [KEEPS]: "false" } }, spec: { matchingPrecedence: 8999 } },
      see: spec,
    },
    {
      ask: `PATCH ${SCHEMAS}/kube-scheduler?fieldManager=applying&force=true`,
      headers: apply,
      body: {
        apiVersion: "flowcontrol.apiserver.k8s.io/v1",
        kind: "FlowSchema",
        metadata: { name: "kube-scheduler", annotations: { [KEEPS]: "neither" } },
        spec: schemaOf("system"),
      },
      see: spec,
    },
    {
      ask: `POST ${LEVELS}`,
      body: { metadata: { name: "{ns}", annotations: { [KEEPS]: "true" } }, spec: limited },
      see: spec,
    },
    { ask: `GET ${LEVELS}/{ns}`, until: ({ code }) => code === 404 },
    {
      ask: `GET ${LEVELS}/workload-low`,
      until: ({ spec: { limited } }) => limited.lendablePercent === 90,
      see: withoutVersion,
    },
    { ask: `GET ${LEVELS}/exempt`, until: isKept, see: withoutVersion },
    { ask: `GET ${LEVELS}/node-high`, until: isKept, see: withoutVersion },
    { ask: `GET ${SCHEMAS}/probes`, until: dangling("False"), see: withoutVersion },
    { ask: `GET ${SCHEMAS}/service-accounts`, see: spec },
    {
      ask: `GET ${SCHEMAS}/kube-scheduler`,
      until: ({ metadata }) => metadata.annotations[KEEPS] === "false",
      see: spec,
    },
  ] satisfies readonly HttpStep[]),
];
export default cases;

function schemaOf(level: string) {
  return {
    priorityLevelConfiguration: { name: level },
    rules: [
      {
        subjects: [{ kind: "User", user: { name: "a" } }],
        nonResourceRules: [{ verbs: ["get"], nonResourceURLs: ["/healthz"] }],
      },
    ],
  };
}

function spec({ metadata: { name, annotations, generation }, spec: wanted }: Json) {
  return { name, annotations, generation, spec: wanted };
}
