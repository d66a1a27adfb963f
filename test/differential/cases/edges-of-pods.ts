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
  defineCase("statuses-of-containers", "api", [
    {
      ask: `POST ${NAMESPACE}/pods`,
      body: pod({}, { initContainers: [{ name: "init", image: "web:1" }], runtimeClassName: null }),
    },
    ...["containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"].flatMap((part) =>
      [
        { user: {} },
        { user: { linux: { uid: -1, gid: -1, supplementalGroups: [1, -1] } } },
        { allocatedResourcesStatus: [] },
        { allocatedResourcesStatus: [{ name: "cpu" }, { name: "claim:a" }, { name: "claim:a/b" }] },
        ...[
          [{ resourceID: "one" }, { resourceID: "one", health: "so-so" }],
          [{ resourceID: "", health: "", message: "" }],
          [{ resourceID: "one", health: "Healthy", message: "m".repeat(1025) }],
        ].map((resources) => ({ allocatedResourcesStatus: [{ name: "example.com/a", resources }] })),
      ].map((said) => ({
        ask: `PATCH ${NAMESPACE}/pods/one/status?dryRun=All`,
        headers: merge,
        body: { status: { [part]: ["main", "init", "none"].map((name) => ({ name, ...said })) } },
      })),
    ),
    { ask: `PATCH ${NAMESPACE}/pods/one/status`, headers: merge, body: { status: { hostIPs: [{}] } } },
    { ask: `POST ${NAMESPACE}/pods`, body: pod({}, { runtimeClassName: "" }) },
  ]),
  defineCase("changes-of-init-and-ephemeral-containers", "api", [
    {
      ask: `POST ${NAMESPACE}/pods`,
      body: pod(
        { resources: { requests: { cpu: "1" } } },
        {
          initContainers: [
            { name: "init", image: "web:1", resources: { requests: { cpu: "1", memory: "1Gi" } } },
            { name: "side", image: "web:1", restartPolicy: "Always" },
          ],
        },
      ),
    },
    ...[
      { name: "init", resources: { requests: { cpu: "2" } } },
      { name: "init", resources: { requests: { cpu: null } } },
      { name: "init", resources: { limits: { "ephemeral-storage": "1Gi" } } },
      { name: "init", resizePolicy: [{ resourceName: "cpu", restartPolicy: "RestartContainer" }] },
      { name: "side", resources: { requests: { cpu: "2" } } },
    ].map((container) => ({
      ask: `PATCH ${NAMESPACE}/pods/one/resize?dryRun=All`,
      headers: strategic,
      body: { spec: { initContainers: [container] } },
    })),
    ...[
      [{ name: "look", image: "web:1" }],
      [{ name: "look", image: "web:2" }],
      [{ name: "look", image: "web:1", tty: true, resources: {} }, { name: "look" }],
    ].map((ephemeralContainers) => ({
      ask: `PATCH ${NAMESPACE}/pods/one/ephemeralcontainers`,
      headers: merge,
      body: { spec: { ephemeralContainers } },
    })),
  ]),
  defineCase("annotations-of-pods", "api", [
    { ask: `POST ${NAMESPACE}/pods`, body: pod({}) },
    ...[
      { "pod.alpha.kubernetes.io/init-containers": "[]" },
      { "pod.beta.kubernetes.io/init-container-statuses": "[]", kept: "yes" },
      { "controller.kubernetes.io/pod-deletion-cost": "x" },
      { "seccomp.security.alpha.kubernetes.io/pod": "x" },
      { "container.apparmor.security.beta.kubernetes.io/main": "x" },
      { "kubernetes.io/config.mirror": "x" },
    ].flatMap((annotations): readonly Step[] => [
      ...["", "/status", "/ephemeralcontainers", "/resize"].map((subresource) => ({
        ask: `PATCH ${NAMESPACE}/pods/one${subresource}?dryRun=All`,
        headers: merge,
        body: { metadata: { annotations } },
      })),
      {
        ask: `POST ${NAMESPACE}/replicationcontrollers?dryRun=All`,
        body: {
          apiVersion: "v1",
          kind: "ReplicationController",
          metadata: { name: "one" },
          spec: { selector: { a: "b" }, template: { ...pod({}), metadata: { labels: { a: "b" }, annotations } } },
        },
      },
    ]),
  ]),
];

export default cases;
