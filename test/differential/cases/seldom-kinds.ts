import { apply, merge } from "../../../src/apiserver/answers/drafts.ts";
import { defineCase, type HttpStep } from "../define-case.ts";

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
}

const TABLE = { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" };
const LABELS = { metadata: { labels: { a: "b" } } };
/** What every kind is asked. */
const METADATA: readonly object[] = [{ metadata: { labels: { a: "not valid!" } } }, LABELS];

function stepsOf({ collection, kind, object, news, changes, statuses = [] }: Subject): readonly HttpStep[] {
  const at = `/apis/${collection}`;
  const one = `${at}/{ns}-one`;
  const apiVersion = collection.split("/").slice(0, 2).join("/");
  const body = (parts: object, metadata: object = {}) => ({
    apiVersion,
    kind,
    metadata: { name: "{ns}-one", ...metadata },
    ...parts,
  });
  return [
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
}

const spec = (...specs: readonly object[]) => specs.map((each) => ({ spec: each }));
const oldLabel = { "beta.kubernetes.io/os": "linux" };
const long = "x".repeat(64);

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
      { spec: { drivers: null } },
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
];

export default SUBJECTS.map((subject) => defineCase(`seldom-${subject.kind.toLowerCase()}`, "api", stepsOf(subject)));
