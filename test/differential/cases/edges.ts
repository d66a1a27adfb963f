import { apply, jsonPatch, merge, strategic } from "../../../src/apiserver/answers/drafts.ts";
import { type Case, defineCase, type Step } from "../define-case.ts";

// Found by the fuzzer, one or two steps for each cause.

const NAMESPACE = "/api/v1/namespaces/{ns}";
const template = (spec: object) => ({
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "main", image: "web:1" }], ...spec },
});
const set = (name: string, spec: object, more: object = {}) => ({
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name },
  spec: { selector: { matchLabels: { app: "web" } }, serviceName: "web", template: template(spec), ...more },
});
const SETS = "/apis/apps/v1/namespaces/{ns}/statefulsets";
const job = (spec: object) => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "one" },
  spec: { template: template({ restartPolicy: "Never" }), ...spec },
});
const bareJob = (spec: object) => ({
  ...job({}),
  spec: { template: { spec: template({ restartPolicy: "Never" }).spec }, ...spec },
});
const ALL_JOBS = "/apis/batch/v1/namespaces/{ns}/jobs";
const JOBS = `${ALL_JOBS}?dryRun=All`;
/** Writes that change nothing. */
const untouched = (one: string): readonly Step[] => [
  ...["?dryRun=All", "", ""].map((asked) => ({ ask: `PATCH ${one}${asked}`, headers: merge, body: {} })),
  { ask: `GET ${one}` },
];
const service = (spec: object, metadata: object = { name: "one" }): Step => ({
  ask: `POST ${NAMESPACE}/services`,
  body: { apiVersion: "v1", kind: "Service", metadata, spec: { ports: [{ port: 80 }], ...spec } },
});

const bareService = { apiVersion: "v1", kind: "Service", metadata: { name: "one" }, spec: { ports: [{ port: 80 }] } };
const OWNER = { apiVersion: "v1", kind: "Pod", name: "a", uid: "00000000-0000-0000-0000-000000000001" };
const SUBSETS = [{ addresses: [{ ip: "10.1.2.3" }], ports: [{ port: 80 }] }];
const BUDGETS = "/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets";
const POLICIES = "/apis/networking.k8s.io/v1/namespaces/{ns}/networkpolicies";
const policy = (spec: object) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { name: "one" },
  spec,
});
/** What Kubernetes accepts and warns of. */
const NAMELESS = { imagePullSecrets: [{}] };
const controller = (spec: object) => ({
  apiVersion: "v1",
  kind: "ReplicationController",
  metadata: { name: "one" },
  spec: { selector: { app: "web" }, template: template(spec) },
});

const CLAIMS = `${NAMESPACE}/persistentvolumeclaims`;
const claim = (spec: object) => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name: "one" },
  spec: { resources: { requests: { storage: "1Gi" } }, ...spec },
});
const ROLES = "/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles";
const role = {
  apiVersion: "rbac.authorization.k8s.io/v1",
  kind: "Role",
  metadata: { name: "one" },
  rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }],
};

const cases: readonly Case[] = [
  defineCase("empty-is-a-change", "api", [
    { ask: `POST ${POLICIES}`, body: policy({ podSelector: {} }) },
    { ask: `PUT ${POLICIES}/one`, body: policy({ podSelector: {} }) },
    { ask: `PUT ${POLICIES}/one`, body: policy({ podSelector: {}, egress: [] }) },
    {
      ask: `PATCH ${POLICIES}/one?fieldManager=two&force=true`,
      headers: apply,
      body: policy({ podSelector: {}, egress: [] }),
    },
    {
      ask: `PATCH ${POLICIES}/one`,
      headers: merge,
      body: { spec: { podSelector: { matchExpressions: [] } } },
    },
    // What a default has filled is not empty.
    { ask: `PATCH ${POLICIES}/one`, headers: jsonPatch, body: [{ op: "add", path: "/spec/policyTypes", value: [] }] },
    { ask: `PUT ${POLICIES}/one`, body: policy({ podSelector: {}, policyTypes: [] }) },
  ]),
  defineCase("warnings-of-templates", "api", [
    { ask: `POST ${SETS}`, body: set("one", NAMELESS) },
    { ask: `PATCH ${SETS}/one`, headers: merge, body: { metadata: { labels: { a: "b" } } } },
    { ask: `PATCH ${SETS}/one`, headers: merge, body: { spec: { replicas: 2 } } },
    { ask: `POST ${NAMESPACE}/replicationcontrollers`, body: controller({}) },
    { ask: `PUT ${NAMESPACE}/replicationcontrollers/one`, body: controller(NAMELESS) },
    { ask: `PUT ${NAMESPACE}/replicationcontrollers/one`, body: controller({}) },
  ]),
  defineCase("empty-in-what-differs", "api", [
    { ask: `POST ${CLAIMS}`, body: claim({ accessModes: ["ReadWriteOnce"] }) },
    { ask: `PUT ${CLAIMS}/one`, body: claim({ accessModes: [] }) },
    { ask: `PUT ${CLAIMS}/one`, body: claim({ accessModes: ["ReadWriteOnce"], selector: { matchExpressions: [] } }) },
  ]),
  defineCase("scales-and-owners", "api", [
    { ask: `PUT ${SETS}/one/scale`, body: { spec: { replicas: 1 } } },
    { ask: `POST ${SETS}`, body: set("one", {}) },
    ...[1, 1, 3, 0].map((replicas) => ({
      ask: `PATCH ${SETS}/one/scale?fieldManager=one&force=true`,
      headers: apply,
      body: { apiVersion: "autoscaling/v1", kind: "Scale", metadata: { name: "one" }, spec: { replicas } },
    })),
    { ask: `GET ${SETS}/one` },
    { ask: `PUT ${SETS}/one/scale`, body: { metadata: { name: "one" }, spec: { replicas: 2 } } },
    { ask: `PATCH ${SETS}/one/scale`, headers: merge, body: { spec: { replicas: 2 } } },
    { ask: `GET ${SETS}/one` },
    {
      ask: `PATCH ${SETS}/one/scale`,
      headers: merge,
      body: { metadata: { ownerReferences: [null] }, spec: { replicas: -1 } },
    },
    ...["POST", "PUT"].map((verb) => ({
      ask: `${verb} ${NAMESPACE}/configmaps${verb === "PUT" ? "/one" : ""}`,
      body: { metadata: { name: "one", ownerReferences: [OWNER, OWNER] } },
    })),
    {
      ask: `PATCH ${NAMESPACE}/configmaps/one`,
      headers: merge,
      body: { metadata: { ownerReferences: [OWNER, OWNER] } },
    },
  ]),
  defineCase("empty-in-atomic-lists", "api", [
    ...[[{ type: "Container" }], [{ type: "Container", min: {} }], [{ type: "Container" }]].flatMap((limits, index) => [
      ...(index === 0
        ? [{ ask: `POST ${NAMESPACE}/limitranges`, body: { metadata: { name: "one" }, spec: { limits } } }]
        : []),
      {
        ask: `PUT ${NAMESPACE}/limitranges/one?fieldManager=m-${index}`,
        body: { metadata: { name: "one" }, spec: { limits } },
      },
    ]),
    { ask: `POST ${NAMESPACE}/endpoints`, body: { metadata: { name: "one" }, subsets: SUBSETS } },
    {
      ask: `PATCH ${NAMESPACE}/endpoints/one?fieldManager=two`,
      headers: jsonPatch,
      body: [{ op: "add", path: "/subsets/0/notReadyAddresses", value: [] }],
    },
  ]),
  defineCase("sources-of-claims", "api", [
    ...[{}, { kind: "PersistentVolumeClaim", name: "a" }, { kind: "Other", name: "a" }].flatMap((dataSource) =>
      ["other", "Not valid!", ""].map((namespace) => ({
        ask: `POST ${CLAIMS}?dryRun=All`,
        body: claim({ accessModes: ["ReadWriteOnce"], dataSource, dataSourceRef: { ...dataSource, namespace } }),
      })),
    ),
    { ask: `POST ${CLAIMS}`, body: claim({ accessModes: ["ReadWriteOnce"] }) },
    {
      ask: `PATCH ${CLAIMS}/one`,
      headers: merge,
      body: { spec: { dataSource: { name: "a" }, dataSourceRef: { namespace: "other" } } },
    },
  ]),
  defineCase("statuses", "api", [
    { ask: `POST ${CLAIMS}`, body: claim({ accessModes: ["ReadWriteOnce"] }) },
    ...[
      { allocatedResourceStatuses: { a: "b" } },
      { allocatedResources: { "a b": "1", storage: "-1", "example.com/a": "-1m" } },
      { capacity: { storage: "-1.5" } },
    ].map((status) => ({ ask: `PATCH ${CLAIMS}/one/status`, headers: merge, body: { status } })),
    { ask: `POST ${BUDGETS}`, body: { metadata: { name: "one" }, spec: { selector: {}, minAvailable: 1 } } },
    ...[[null], [{ type: "a", reason: "b c", observedGeneration: -1 }, { type: "a" }]].map((conditions) => ({
      ask: `PATCH ${BUDGETS}/one/status`,
      headers: merge,
      body: { status: { conditions } },
    })),
    ...["endpoints", "configmaps"].flatMap((plural) =>
      ["application/yaml", "text/html"].map((accept) => ({
        ask: `GET ${NAMESPACE}/${plural}?watch=1&timeoutSeconds=1`,
        headers: { accept },
      })),
    ),
  ]),
  defineCase("deletions-and-refusals", "api", [
    { ask: `POST ${NAMESPACE}/configmaps`, body: { metadata: { name: "one" } } },
    // A body takes the place of the query.
    { ask: `DELETE ${NAMESPACE}/configmaps/one?dryRun=All`, body: { propagationPolicy: "Orphan" } },
    { ask: `GET ${NAMESPACE}/configmaps/one` },
    ...["", "?dryRun=All"].map((asked) => ({
      ask: `PUT ${NAMESPACE}/configmaps/one${asked}`,
      body: { metadata: { name: "one", uid: "a" } },
    })),
    {
      ask: `PATCH ${NAMESPACE}/configmaps/one`,
      headers: merge,
      body: { metadata: { name: ["x"], annotations: { a: 1 } } },
    },
    { ask: `PATCH ${NAMESPACE}/configmaps/one`, headers: strategic, body: { metadata: { $patch: 7 } } },
    { ask: `PATCH ${NAMESPACE}/configmaps/one`, headers: strategic, body: { metadata: { z: 1, y: 2, $z: 3 } } },
    { ask: `PATCH ${NAMESPACE}/configmaps/one`, headers: merge, body: { z: 1, metadata: { z: 1, y: 2 } } },
    { ask: `PATCH ${SETS}/none/scale`, headers: merge, body: {} },
    { ask: `PATCH ${NAMESPACE}/services/one/status?fieldManager=one`, headers: apply, body: bareService },
    { ask: `PATCH ${NAMESPACE}/services/one?fieldManager=one`, headers: apply, body: bareService },
    { ask: `GET ${NAMESPACE}/configmaps?limit=1&fieldSelector=metadata.name%3Done` },
    {
      ask: "GET /apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles",
      headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" },
    },
    { ask: `POST ${NAMESPACE}/events`, body: { metadata: { name: "one" }, involvedObject: { namespace: "{ns}" } } },
    { ask: `DELETE ${NAMESPACE}/events/one?propagationPolicy=Foreground` },
    { ask: "POST /api/v1/namespaces", body: { metadata: { name: "{ns}-one", generation: 2 } } },
    { ask: "DELETE /api/v1/namespaces/{ns}-one" },
  ]),
  defineCase("stored-with-less-than-is-shown", "api", [
    { ask: `POST ${CLAIMS}?dryRun=All`, body: claim({ accessModes: ["ReadWriteOnce"] }) },
    { ask: `POST ${CLAIMS}`, body: claim({ accessModes: ["ReadWriteOnce"] }) },
    ...untouched(`${CLAIMS}/one`),
    ...[bareJob({}), job({})].flatMap((body, index) => [
      { ask: `POST ${JOBS}`, body },
      { ask: `POST ${ALL_JOBS}`, body },
      { ask: `GET ${ALL_JOBS}?labelSelector=job-name%3Done` },
      ...untouched(`${ALL_JOBS}/one`),
      { ask: `DELETE ${ALL_JOBS}/one?propagationPolicy=${["Background", "Orphan"][index]}` },
    ]),
    ...[bareJob({}), job({})].flatMap((body) => [
      { ask: `PATCH ${ALL_JOBS}/two?fieldManager=one`, headers: apply, body: { ...body, metadata: { name: "two" } } },
      { ask: `PATCH ${ALL_JOBS}/two?fieldManager=one`, headers: apply, body: { ...body, metadata: { name: "two" } } },
      { ask: `GET ${ALL_JOBS}/two` },
      { ask: `PATCH ${ALL_JOBS}/two/status`, headers: merge, body: { metadata: { labels: null } } },
      { ask: `DELETE ${ALL_JOBS}/two?propagationPolicy=Background` },
    ]),
  ]),
  defineCase("empty-in-place-of-defaults", "api", [
    ...[{ scaleUp: { policies: [] } }, { scaleDown: {} }].map((behavior) => ({
      ask: "POST /apis/autoscaling/v2/namespaces/{ns}/horizontalpodautoscalers",
      body: {
        apiVersion: "autoscaling/v2",
        kind: "HorizontalPodAutoscaler",
        metadata: { name: "one" },
        spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" }, maxReplicas: 3, behavior },
      },
    })),
    {
      ask: "POST /apis/storage.k8s.io/v1/csidrivers?dryRun=All",
      body: {
        apiVersion: "storage.k8s.io/v1",
        kind: "CSIDriver",
        metadata: { name: "{ns}-one" },
        spec: { volumeLifecycleModes: [] },
      },
    },
  ]),
  defineCase(
    "bytes-one-by-one",
    "api",
    [["x"], [1, 256], [104, 105], [null], 1, null].map((a) => ({
      ask: `POST ${NAMESPACE}/secrets?dryRun=All`,
      body: { apiVersion: "v1", kind: "Secret", metadata: { name: "one" }, data: { a } },
    })),
  ),
  defineCase("empty-fields", "api", [
    ...[{ ports: [] }, { resizePolicy: [] }, { resources: { limits: {} } }].map((container) => ({
      ask: `POST ${SETS}`,
      body: set("one", { ephemeralContainers: [{ name: "debug", image: "web:1", ...container }] }),
    })),
    { ask: `POST ${SETS}`, body: set("one", { resources: { claims: [] } }) },
    {
      ask: `POST ${SETS}`,
      body: set("one", {
        volumes: [{ name: "a", ephemeral: { volumeClaimTemplate: { metadata: { finalizers: [], uid: "a" } } } }],
      }),
    },
    { ask: `POST ${JOBS}`, body: job({ podFailurePolicy: { rules: [{ onExitCodes: { values: [] } }] } }) },
    { ask: `POST ${JOBS}`, body: job({ podFailurePolicy: { rules: [{ onExitCodes: {} }] } }) },
    { ask: `POST ${JOBS}`, body: job({ successPolicy: { rules: [] } }) },
    {
      ask: `POST ${JOBS}`,
      body: {
        ...job({}),
        spec: { podFailurePolicy: { rules: [{ onExitCodes: { containerName: "main" } }] }, template: { spec: {} } },
      },
    },
    {
      ask: "POST /api/v1/persistentvolumes?dryRun=All",
      body: {
        apiVersion: "v1",
        kind: "PersistentVolume",
        metadata: { name: "{ns}-one" },
        spec: {
          capacity: { storage: "1Gi" },
          accessModes: ["ReadWriteOnce"],
          iscsi: { iqn: "a", initiatorName: "b", secretRef: {}, targetPortal: "long-".repeat(20), lun: 1 },
        },
      },
    },
    { ask: `POST ${JOBS}`, body: job({ selector: { matchLabels: { a: "b" } } }) },
    {
      ask: "POST /apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/roles",
      body: { apiVersion: "rbac.authorization.k8s.io/v1", kind: "Role", metadata: { name: "one" }, rules: [] },
    },
    {
      ask: `POST ${NAMESPACE}/configmaps`,
      body: { metadata: { name: "one" }, data: { a: "" }, binaryData: { a: null } },
    },
  ]),
  defineCase("closed-features", "api", [
    {
      ask: `POST ${SETS}`,
      body: set(
        "one",
        { initContainers: [{ name: "a", image: "web:1", lifecycle: { stopSignal: "SIGTERM" } }] },
        { updateStrategy: { rollingUpdate: { maxUnavailable: "nonsense" } } },
      ),
    },
    {
      ask: "POST /apis/coordination.k8s.io/v1/namespaces/{ns}/leases",
      body: { metadata: { name: "one" }, spec: { strategy: "OldestEmulationVersion", preferredHolder: "you" } },
    },
  ]),
  defineCase("integers-beyond-their-type", "api", [
    { ask: `POST ${SETS}`, body: set("one", {}) },
    ...[2 ** 31, 1e30].flatMap((number) => [
      { ask: `PATCH ${SETS}/one`, headers: strategic, body: { spec: { minReadySeconds: number } } },
      {
        ask: `PATCH ${SETS}/one?fieldManager=two&force=true`,
        headers: apply,
        body: set("one", {}, { revisionHistoryLimit: number, replicas: number }),
      },
    ]),
    {
      ask: `PATCH ${SETS}/one?fieldManager=two&force=true`,
      headers: apply,
      body: set("one", { terminationGracePeriodSeconds: 1e30, activeDeadlineSeconds: 1e30 }),
    },
    {
      ask: `PATCH ${SETS}/one/status?fieldManager=two&force=true`,
      headers: apply,
      body: { ...set("one", {}), status: { replicas: 1, observedGeneration: 1e30 } },
    },
    { ask: `GET ${SETS}/one`, headers: { accept: "application/yaml" } },
    { ask: `POST ${ALL_JOBS}`, body: job({}) },
    {
      ask: `PATCH ${ALL_JOBS}/one`,
      headers: strategic,
      body: { spec: { template: { spec: { terminationGracePeriodSeconds: 1e30 } } } },
    },
  ]),
  defineCase("families", "api", [
    service({}, {}),
    service({}, { generateName: "some-" }),
    service({ ipFamilies: [null] }),
    service({ ipFamilies: ["IPv6"], ipFamilyPolicy: "RequireDualStack" }),
    service({ ipFamilies: ["IPv4", "IPv6"] }),
    service({ clusterIPs: ["fd00::1"], clusterIP: "fd00::1" }),
    service({ clusterIP: "None", ipFamilies: ["IPv6"] }),
    { ask: `PATCH ${NAMESPACE}/services/one`, headers: merge, body: { spec: { clusterIP: "nonsense" } } },
    { ask: `PATCH ${NAMESPACE}/services/one`, headers: merge, body: { spec: { clusterIP: "10.96.0.77" } } },
  ]),
  defineCase("names-and-namespaces", "api", [
    { ask: `POST ${NAMESPACE}/configmaps`, body: { metadata: { name: "one", labels: { a: "b" } } } },
    { ask: `POST ${NAMESPACE}/configmaps`, body: { metadata: { name: "one", generateName: "o" } } },
    { ask: `POST ${NAMESPACE}/configmaps`, body: { metadata: { resourceVersion: "1" } } },
    { ask: `PATCH ${NAMESPACE}/configmaps/one`, headers: merge, body: { metadata: { namespace: "" } } },
    {
      ask: `PATCH ${NAMESPACE}/configmaps/one`,
      headers: jsonPatch,
      body: [{ op: "remove", path: "/metadata/namespace" }],
    },
    { ask: `PATCH ${NAMESPACE}/configmaps/one`, headers: merge, body: { metadata: { namespace: "x", name: "y" } } },
    ...["three", "one"].flatMap((name) =>
      ["", "{ns}", undefined].map((namespace) => ({
        ask: `PATCH ${NAMESPACE}/configmaps/${name}?fieldManager=applier`,
        headers: apply,
        body: { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace, labels: { a: "b" } } },
      })),
    ),
    ...["", undefined].map((namespace) => ({
      ask: "PATCH /api/v1/nodes/{ns}-node?fieldManager=applier",
      headers: apply,
      body: { apiVersion: "v1", kind: "Node", metadata: { name: "{ns}-node", namespace } },
    })),
    { ask: `POST ${NAMESPACE}/configmaps`, body: { metadata: { name: "two" } } },
    // A page that is full may be followed by an empty one.
    { ask: `GET ${NAMESPACE}/configmaps?labelSelector=a&limit=1`, as: "page" },
    { ask: `GET ${NAMESPACE}/configmaps?labelSelector=a&limit=1&continue={page.continue}` },
    {
      ask: "POST /apis/events.k8s.io/v1/namespaces/{ns}/events",
      body: { metadata: {}, eventTime: "2026-01-02T03:04:05.000006Z", type: "Strange" },
    },
  ]),
  defineCase("keys-of-yaml", "api", [
    {
      ask: `POST ${NAMESPACE}/services`,
      body: bareService,
    },
    ...["x".repeat(115), "x".repeat(116)].map((type) => ({
      ask: `PUT ${NAMESPACE}/services/one/status?fieldManager=m-${type.length}`,
      body: { ...bareService, status: { conditions: [{ type }] } },
    })),
    ...["- a", "\u{1f600}", "a\tb", "0x1F", "12:30", "2026-02-30", "<<"].map((value) => ({
      ask: `PATCH ${NAMESPACE}/services/one`,
      headers: merge,
      body: { metadata: { annotations: { [`a-${value.length}`]: value } } },
    })),
    { ask: `GET ${NAMESPACE}/services/one`, headers: { accept: "application/yaml" } },
  ]),
  defineCase("order-of-what-a-patch-opens", "api", [
    { ask: `POST ${ROLES}`, body: role },
    ...[
      [{ op: "add", path: "/rules/0/resourceNames" }],
      [{ op: "test", path: "/rules/0/verbs", value: ["get"] }],
      [{ op: "copy", from: "/rules/0", path: "/rules/1" }],
      [{ op: "copy", from: "/metadata", path: "/metadata/labels" }],
      [{ op: "add", path: "/rules/-", value: { verbs: 7, apiGroups: { b: 1, a: 2 } } }],
      [{ op: "move", from: "/rules/0/verbs", path: "/rules/0/nonResourceURLs" }],
    ].map((operations) => ({
      ask: `PATCH ${ROLES}/one`,
      headers: jsonPatch,
      body: [
        ...operations,
        { op: "add", path: "/rules/0", value: 7 },
        { op: "test", path: "/rules/1", value: role.rules[0] },
      ],
    })),
  ]),
  defineCase("applies-over-items-without-keys", "api", [
    {
      ask: `POST ${NAMESPACE}/serviceaccounts`,
      body: { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "one" }, secrets: [{ name: "" }] },
    },
    ...["", "&force=true", "&dryRun=All", "", "&fieldValidation=Strict"].flatMap((asked, index): readonly Step[] => [
      {
        ask: `PATCH ${NAMESPACE}/serviceaccounts/one?fieldManager=one${asked}`,
        headers: apply,
        body: {
          apiVersion: "v1",
          kind: "ServiceAccount",
          metadata: { name: "one", labels: { a: "b" } },
          ...(index === 4 && { secrets: [{ kind: "Secret" }] }),
        },
      },
      {
        ask: `PATCH ${NAMESPACE}/serviceaccounts/one`,
        headers: merge,
        body: index === 1 ? { metadata: { managedFields: [] } } : { secrets: index === 2 ? [{ name: "a" }] : [{}] },
      },
    ]),
  ]),
];

export default cases;
