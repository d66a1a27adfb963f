import { apply, merge, strategic } from "../../../src/apiserver/answers/drafts.ts";
import { type Case, defineCase, type Step } from "../define-case.ts";

// Found by the fuzzer, one or two steps for each cause.

const NAMESPACE = "/api/v1/namespaces/{ns}";
const pod = (container: object, spec: object = {}) => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "one" },
  spec: { containers: [{ name: "main", image: "web:1", ...container }], ...spec },
});

const cases: readonly Case[] = [
  defineCase("empty-in-what-differs-of-pods", "api", [
    { ask: `POST ${NAMESPACE}/pods`, body: pod({}) },
    { ask: `PUT ${NAMESPACE}/pods/one`, body: pod({ env: [], command: ["x"] }) },
    { ask: `PUT ${NAMESPACE}/pods/one`, body: pod({ resources: { limits: {} }, image: "web:2", args: [] }) },
    { ask: `PUT ${NAMESPACE}/pods/one`, body: pod({ args: ["x"] }, { tolerations: [], schedulingGates: [] }) },
    {
      ask: `PUT ${NAMESPACE}/pods/one`,
      body: pod({}, { hostname: "a", nodeSelector: {}, securityContext: { sysctls: [], supplementalGroups: [] } }),
    },
    { ask: `PUT ${NAMESPACE}/pods/one`, body: pod({}, { hostAliases: [], overhead: {}, hostname: "a" }) },
  ]),
  defineCase("integers-of-pods-beyond-their-type", "api", [
    { ask: `POST ${NAMESPACE}/pods`, body: pod({}) },
    {
      ask: `PATCH ${NAMESPACE}/pods/one?fieldManager=two&force=true`,
      headers: apply,
      body: pod({}, { ephemeralContainers: [{ name: "a", lifecycle: { preStop: { sleep: { seconds: 1e30 } } } }] }),
    },
  ]),
  defineCase("resizes-of-nothing", "api", [
    { ask: `POST ${NAMESPACE}/pods`, body: pod({}) },
    ...[{}, { limits: {} }, { claims: [{ name: "a" }] }, { limits: { cpu: "1" } }, null].map((resources) => ({
      ask: `PATCH ${NAMESPACE}/pods/one/resize`,
      headers: merge,
      body: { spec: { resources } },
    })),
    { ask: `DELETE ${NAMESPACE}/pods/one` },
    { ask: `POST ${NAMESPACE}/pods`, body: pod({}, { resources: {} }) },
    ...[null, {}, { requests: { memory: "1Gi" } }].map((resources) => ({
      ask: `PATCH ${NAMESPACE}/pods/one/resize`,
      headers: merge,
      body: { spec: { resources } },
    })),
  ]),
  defineCase("claims-of-pods", "api", [
    {
      ask: `POST ${NAMESPACE}/pods`,
      body: pod({ resources: { requests: { "example.com/a": "1" }, limits: { "example.com/a": "1" } } }),
    },
    ...[
      { extendedResourceClaimStatus: {} },
      { extendedResourceClaimStatus: { resourceClaimName: "Not valid!", requestMappings: [{}] } },
      {
        extendedResourceClaimStatus: {
          resourceClaimName: "one",
          requestMappings: ["example.com/a", "example.com/a", "example.com/b"].map((resourceName) => ({
            containerName: "main",
            resourceName,
            requestName: "one",
          })),
        },
      },
      { resourceClaimStatuses: [{ name: "a", resourceClaimName: "Not valid!" }, { name: "b" }] },
      { nodeAllocatableResourceClaimStatuses: [{}] },
      {
        containerStatuses: [
          {
            name: "main",
            image: "web:1",
            imageID: "",
            ready: false,
            restartCount: 0,
            volumeMounts: [{ name: "a", mountPath: "/a", volumeStatus: { image: { imageRef: "web@sha256:1" } } }],
            allocatedResourcesStatus: [
              { name: "example.com/a", resources: [{ resourceID: "one", health: "Healthy", message: "well" }] },
            ],
            user: { linux: { uid: 1, gid: 1 } },
            stopSignal: "SIGTERM",
          },
        ],
      },
    ].map((status) => ({ ask: `PATCH ${NAMESPACE}/pods/one/status`, headers: merge, body: { status } })),
  ]),
  defineCase("classes-of-new-pods", "api", [
    ...["Guaranteed", "BestEffort", "", "no-class", null].flatMap((qosClass): readonly Step[] => [
      { ask: `POST ${NAMESPACE}/pods`, body: { ...pod({}), status: { qosClass, phase: "Running" } } },
      {
        ask: `PATCH ${NAMESPACE}/pods/one/resize`,
        headers: strategic,
        body: { spec: { containers: [{ name: "main", resources: { requests: { memory: "1Gi" } } }] } },
      },
      { ask: `PUT ${NAMESPACE}/pods/one/status`, body: { ...pod({}), status: { phase: "Running" } } },
      { ask: `DELETE ${NAMESPACE}/pods/one` },
    ]),
    {
      ask: `POST ${NAMESPACE}/resourcequotas`,
      body: {
        apiVersion: "v1",
        kind: "ResourceQuota",
        metadata: { name: "one" },
        spec: { hard: { pods: "0" }, scopes: ["BestEffort"] },
      },
    },
    ...["Guaranteed", "BestEffort", ""].map((qosClass) => ({
      ask: `POST ${NAMESPACE}/pods?dryRun=All`,
      body: { ...pod({}), status: { qosClass } },
    })),
  ]),
];

export default cases;
