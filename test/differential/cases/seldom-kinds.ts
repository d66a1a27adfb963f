import { apply, merge } from "../../../src/apiserver/answers/drafts.ts";
import { defineCase, type HttpStep, type Json } from "../define-case.ts";

// Kinds that operators of a cluster write, and drivers: what they are refused, told, counted and shown as.

interface Subject {
  /** Behind `/apis/`. */
  readonly collection: string;
  readonly kind: string;
  /** All but its metadata. */
  readonly object: object;
  /** Objects that are wrong, or told something about, when they are new. */
  readonly news: readonly object[];
  /** Merge patches, one after the other. */
  readonly changes: readonly object[];
  /** Merge patches of the status. */
  readonly statuses?: readonly object[];
  readonly see?: NonNullable<HttpStep["see"]>;
}

const TABLE = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" };
const LABELS = { metadata: { labels: { a: "b" } } };
/** What every kind is asked. */
const METADATA: readonly object[] = [{ metadata: { labels: { a: "not valid!" } } }, LABELS];

function stepsOf({ collection, kind, object, news, changes, statuses = [], see }: Subject): readonly HttpStep[] {
  const at = `/apis/${collection}`;
  const one = `${at}/{ns}-one`;
  const apiVersion = collection.split("/").slice(0, 2).join("/");
  const body = (parts: object, metadata: object = {}) => ({
    apiVersion,
    kind,
    metadata: { name: "{ns}-one", ...metadata },
    ...parts,
  });
  const steps: readonly HttpStep[] = [
    ...[{}, ...news].map((parts) => ({ ask: `POST ${at}?dryRun=All`, body: body(parts) })),
    { ask: `POST ${at}?dryRun=All`, body: body(object, { name: "Not valid!", finalizers: ["a"] }) },
    { ask: `PUT ${one}?dryRun=All`, body: body(object) },
    { ask: `POST ${at}`, body: body(object), as: "one" },
    { ask: `PUT ${one}`, body: body(object) },
    { ask: `PUT ${one}`, body: body({}) },
    ...[...METADATA, ...changes].map((change) => ({ ask: `PATCH ${one}`, headers: merge, body: change })),
    { ask: `PATCH ${one}?fieldManager=applying&force=true`, headers: apply, body: body(object) },
    ...statuses.flatMap((change) => [
      { ask: `PATCH ${one}/status`, headers: merge, body: change },
      { ask: `PATCH ${one}/status`, headers: merge, body: { metadata: { labels: { c: "d" } }, ...change } },
    ]),
    { ask: `GET ${one}`, headers: TABLE },
    { ask: `DELETE ${one}` },
  ];
  return see === undefined ? steps : steps.map((step) => ({ ...step, see }));
}

/** The API server of Kubernetes writes the status of a flow schema itself, at any time. */
function withoutOwnStatus({ kind, ...body }: Json): unknown {
  if (kind === "Table") return body.rows.map(({ cells }: Json) => cells.slice(0, -1));
  if (kind !== "FlowSchema") return body;
  const { generation, labels } = body.metadata;
  return { generation, labels, spec: body.spec };
}

const spec = (...specs: readonly object[]) => specs.map((each) => ({ spec: each }));
const oldLabel = { "beta.kubernetes.io/os": "linux" };
const long = "x".repeat(64);
const resources = (verbs: readonly string[]) => ({ verbs, apiGroups: ["*"], resources: ["*"], clusterScope: true });
const flowRule = (parts: object) => ({
  subjects: [{ kind: "User", user: { name: "a" } }],
  resourceRules: [resources(["*"])],
  ...parts,
});
const request = { name: "a", exactly: { deviceClassName: "a" } };
const pod = { resource: "pods", name: "a", uid: "00000000-0000-0000-0000-000000000001" };
const whoever = { user: {}, group: {}, serviceAccount: { name: "Not valid!" } };
const limited = (type: string, queuing?: object) => ({ limitResponse: { type, queuing } });

const SUBJECTS: readonly Subject[] = [
  {
    collection: "networking.k8s.io/v1/ingressclasses",
    kind: "IngressClass",
    object: { spec: { controller: "example.com/a", parameters: { kind: "A", name: "a" } } },
    news: spec(
      { controller: "a" },
      { controller: "Not valid!/ä" },
      { controller: `example.com/${long.repeat(4)}` },
      { controller: "example.com/a", parameters: {} },
      { controller: "example.com/a", parameters: { apiGroup: "Not valid!", kind: "a/b", name: "..", scope: "Other" } },
      { controller: "example.com/a", parameters: { kind: "A", name: "a", namespace: "a" } },
      { controller: "example.com/a", parameters: { kind: "A", name: "a", scope: "Namespace" } },
      {
        controller: "example.com/a",
        parameters: { apiGroup: "a.b", kind: "A", name: "a", scope: "Namespace", namespace: "a.b" },
      },
    ),
    changes: [
      { spec: { parameters: { apiGroup: "example.com" } } },
      { spec: { controller: "example.com/b" } },
      { spec: { controller: null } },
      { metadata: { annotations: { "ingressclass.kubernetes.io/is-default-class": "true" } } },
    ],
  },
  {
    collection: "node.k8s.io/v1/runtimeclasses",
    kind: "RuntimeClass",
    object: { handler: "runc" },
    news: [
      { handler: "Not valid!" },
      { handler: "a.b", scheduling: { nodeSelector: { "not valid!": "a", a: "not valid!" } } },
      { handler: "a", scheduling: { nodeSelector: oldLabel } },
      ...[{ cpu: "-1" }, { "not valid!": "1" }, { things: "1" }, { "example.com/a": "1.5" }].map((podFixed) => ({
        handler: "a",
        overhead: { podFixed },
      })),
      { handler: "a", overhead: { podFixed: { "hugepages-2Mi": "2Mi" } } },
      {
        handler: "a",
        scheduling: {
          tolerations: [
            { key: "a", operator: "Exists", effect: "NoExecute", tolerationSeconds: 1 },
            { key: "a", operator: "Exists", effect: "NoExecute", tolerationSeconds: 2 },
            { key: "a", operator: "Exists", value: "b" },
            {},
          ],
        },
      },
    ],
    changes: [
      { handler: "other" },
      { handler: null },
      { overhead: { podFixed: { cpu: "1" } }, scheduling: { nodeSelector: oldLabel } },
    ],
  },
  {
    collection: "storage.k8s.io/v1/csidrivers",
    kind: "CSIDriver",
    object: { spec: { attachRequired: false } },
    news: spec(
      { fsGroupPolicy: "Other", volumeLifecycleModes: ["Ephemeral", "Other"] },
      { fsGroupPolicy: "", nodeAllocatableUpdatePeriodSeconds: 9, serviceAccountTokenInSecrets: true },
      { preventPodSchedulingIfMissing: true },
      { tokenRequests: [{ audience: "" }] },
      {
        tokenRequests: [
          { audience: "a", expirationSeconds: 599 },
          { audience: "b", expirationSeconds: 4294967297 },
          { audience: "a" },
        ],
        serviceAccountTokenInSecrets: false,
      },
    ),
    changes: [
      { spec: { attachRequired: true } },
      { spec: { volumeLifecycleModes: ["Ephemeral"] } },
      { spec: { podInfoOnMount: true } },
      { spec: { tokenRequests: [{ audience: "a" }] } },
      { spec: { storageCapacity: true } },
    ],
  },
  {
    collection: "storage.k8s.io/v1/csinodes",
    kind: "CSINode",
    object: {
      spec: { drivers: [{ name: "example.com", nodeID: "a", topologyKeys: ["a"], allocatable: { count: 1 } }] },
    },
    news: spec(
      { drivers: [] },
      { drivers: [{}, {}] },
      {
        drivers: [
          { name: "Not valid!", nodeID: long.repeat(5), topologyKeys: ["", "a", "a", "not valid!"] },
          { name: long, nodeID: "a", allocatable: { count: -1 } },
        ],
      },
    ),
    changes: [
      { spec: { drivers: [{ name: "example.com", nodeID: "a", topologyKeys: ["a"], allocatable: { count: 2 } }] } },
      { spec: { drivers: [{ name: "example.com", nodeID: "b" }] } },
      { spec: { drivers: [{ name: "example.com", nodeID: "a", topologyKeys: [] }] } },
      { spec: { drivers: null } },
      { spec: { drivers: [{ name: "example.com", nodeID: "a" }] } },
      { spec: { drivers: [{ name: "example.com", nodeID: "a", topologyKeys: [] }] } },
      { spec: { drivers: [{ name: "example.com", nodeID: "b", topologyKeys: [] }] } },
    ],
  },
  {
    collection: "storage.k8s.io/v1/namespaces/{ns}/csistoragecapacities",
    kind: "CSIStorageCapacity",
    object: { storageClassName: "a", nodeTopology: { matchLabels: { a: "b" } }, capacity: "1Gi" },
    news: [
      { storageClassName: "Not valid!", capacity: "-1", maximumVolumeSize: "-1" },
      { storageClassName: "a", nodeTopology: { matchExpressions: [{ key: "", operator: "Other" }] } },
      {
        storageClassName: "a",
        nodeTopology: {
          matchLabels: oldLabel,
          matchExpressions: [{ key: "beta.kubernetes.io/arch", operator: "Exists" }],
        },
      },
    ],
    changes: [
      { capacity: "2Gi" },
      { storageClassName: "b" },
      { nodeTopology: { matchLabels: { a: "c" } } },
      { nodeTopology: null },
    ],
  },
  {
    collection: "storage.k8s.io/v1/volumeattachments",
    kind: "VolumeAttachment",
    object: { spec: { attacher: "example.com", nodeName: "a", source: { persistentVolumeName: "a" } } },
    news: spec(
      { attacher: "Not valid!", nodeName: "Not valid!", source: { persistentVolumeName: "" } },
      { attacher: long, nodeName: "a", source: { persistentVolumeName: "Not valid!" } },
      {
        attacher: "a",
        nodeName: "a",
        source: { persistentVolumeName: "a", inlineVolumeSpec: { accessModes: ["ReadWriteOnce"] } },
      },
      ...[
        {},
        { cinder: {}, local: {}, claimRef: {}, nodeAffinity: {}, capacity: { storage: "1Gi" } },
        {
          accessModes: ["ReadWriteOncePod", "ReadWriteOnce"],
          csi: { driver: "Not valid!" },
          hostPath: { path: "/a/.." },
          persistentVolumeReclaimPolicy: "Recycle",
          storageClassName: "a",
          volumeMode: "Block",
          volumeAttributesClassName: "",
        },
        {
          accessModes: ["ReadWriteMany"],
          csi: { driver: "example.com", volumeHandle: "a" },
          persistentVolumeReclaimPolicy: "Retain",
          volumeMode: "Filesystem",
        },
      ].map((inlineVolumeSpec) => ({ attacher: "a", nodeName: "a", source: { inlineVolumeSpec } })),
    ),
    changes: [
      { spec: { nodeName: "b" } },
      { spec: { source: { persistentVolumeName: null } } },
      { status: { attached: true } },
    ],
    statuses: [
      { status: { attached: true, attachmentMetadata: { a: "b" } } },
      { status: { attachError: { message: long.repeat(17), errorCode: -1 }, detachError: { errorCode: 3 } } },
    ],
  },
  {
    collection: "storage.k8s.io/v1/volumeattributesclasses",
    kind: "VolumeAttributesClass",
    object: { driverName: "example.com", parameters: { a: "b" } },
    news: [{ driverName: "Not valid!", parameters: { "": "a" } }, { driverName: "a" }],
    changes: [{ driverName: "b" }, { parameters: { a: "c" } }, { parameters: null }],
  },
  {
    collection: "flowcontrol.apiserver.k8s.io/v1/flowschemas",
    kind: "FlowSchema",
    object: { spec: { priorityLevelConfiguration: { name: "catch-all" }, rules: [flowRule({})] } },
    news: spec(
      { matchingPrecedence: 1, distinguisherMethod: { type: "Other" }, rules: [{}] },
      { matchingPrecedence: -1, priorityLevelConfiguration: { name: "Not valid!" } },
      ...[
        { matchingPrecedence: 10001, rules: [flowRule({ subjects: [{ kind: "Other" }, { kind: "User" }] })] },
        { rules: [flowRule({ subjects: ["User", "Group", "ServiceAccount"].map((kind) => ({ kind, ...whoever })) })] },
        { rules: [flowRule({ resourceRules: [{}, resources(["*", "get"]), resources(["Other"])] })] },
        { rules: [flowRule({ resourceRules: [{ ...resources(["get"]), namespaces: ["Not valid!", ""] }] })] },
        { rules: [flowRule({ nonResourceRules: [{}, { verbs: ["*"], nonResourceURLs: ["*", "/a"] }] })] },
        {
          rules: [
            flowRule({
              nonResourceRules: [
                { verbs: ["get"], nonResourceURLs: ["", "/", "a", "/a b", "//", "/*a", "/a*", "/a/*"] },
              ],
            }),
          ],
        },
      ].map((rest) => ({ priorityLevelConfiguration: { name: "catch-all" }, ...rest })),
    ),
    changes: [
      { spec: { matchingPrecedence: 7, distinguisherMethod: { type: "ByUser" } } },
      { spec: { rules: null } },
      { spec: { matchingPrecedence: -1 } },
    ],
    statuses: [
      { status: { conditions: [{ type: "Dangling", status: "True" }] } },
      { status: { conditions: [{ type: "" }, { status: "True" }] } },
    ],
    see: withoutOwnStatus,
  },
  {
    collection: "flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations",
    kind: "PriorityLevelConfiguration",
    object: { spec: { type: "Limited", limited: { limitResponse: { type: "Queue", queuing: {} } } } },
    news: [
      ...spec(
        { type: "Exempt", exempt: { nominalConcurrencyShares: -1, lendablePercent: 101 }, limited: limited("Reject") },
        { type: "Limited", exempt: {} },
        { type: "Other" },
        { type: "Limited", limited: {} },
        { type: "Limited", limited: limited("Other") },
        { type: "Limited", limited: limited("Queue") },
        {
          type: "Limited",
          limited: {
            nominalConcurrencyShares: -1,
            lendablePercent: -1,
            borrowingLimitPercent: -1,
            ...limited("Reject", {}),
          },
        },
        { type: "Limited", limited: limited("Queue", { queues: -1, handSize: -1, queueLengthLimit: -1 }) },
        { type: "Limited", limited: limited("Queue", { queues: 10000001, handSize: 9 }) },
        { type: "Limited", limited: limited("Queue", { queues: 2, handSize: 3 }) },
      ),
      { metadata: { name: "a", annotations: { "flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares": "" } } },
    ],
    changes: [
      { spec: { limited: { nominalConcurrencyShares: 0 } } },
      { spec: { limited: { limitResponse: { type: "Reject" } } } },
      { spec: { limited: { limitResponse: { type: "Reject", queuing: null } } } },
    ],
    statuses: [
      { status: { conditions: [{ type: "a", status: "True" }] } },
      { status: { conditions: [{ type: "a" }, { type: "a" }] } },
    ],
  },
  {
    collection: "resource.k8s.io/v1/deviceclasses",
    kind: "DeviceClass",
    object: { spec: { extendedResourceName: "example.com/a" } },
    news: [],
    changes: [{ spec: { extendedResourceName: "example.com/b" } }],
  },
  {
    collection: "resource.k8s.io/v1/namespaces/{ns}/resourceclaims",
    kind: "ResourceClaim",
    object: { spec: { devices: { requests: [request] } } },
    news: [],
    changes: [
      { status: { reservedFor: [] } },
      { spec: { devices: { requests: [{ name: "b", exactly: { selectors: [{ cel: { expression: "true" } }] } }] } } },
    ],
    statuses: [{ status: { allocation: { devices: {} } } }, { status: { reservedFor: [pod] } }],
  },
  {
    collection: "resource.k8s.io/v1/namespaces/{ns}/resourceclaimtemplates",
    kind: "ResourceClaimTemplate",
    object: { spec: { spec: { devices: { requests: [request] } } } },
    news: [],
    changes: [],
  },
  {
    collection: "resource.k8s.io/v1/resourceslices",
    kind: "ResourceSlice",
    object: {
      spec: { driver: "a.example.com", nodeName: "a", pool: { name: "a", generation: 1, resourceSliceCount: 1 } },
    },
    news: spec(
      { driver: "A.example.com", nodeName: "a", pool: { name: "a", resourceSliceCount: 1 } },
      { driver: "Not valid!", nodeName: "Not valid!", pool: { name: "a//Not valid!", generation: -1 } },
      { driver: "a", nodeName: "", allNodes: false, perDeviceNodeSelection: false, pool: { name: long.repeat(4) } },
      { driver: "a", nodeName: "a", allNodes: true, pool: { name: "a", resourceSliceCount: 1 } },
    ),
    changes: [
      { spec: { driver: "b.example.com", pool: { name: "b" }, nodeName: null, allNodes: true } },
      { spec: { pool: { generation: 2 } } },
    ],
  },
];

export default SUBJECTS.map((subject) => defineCase(`seldom-${subject.kind.toLowerCase()}`, "api", stepsOf(subject)));
