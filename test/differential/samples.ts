import { builtInKinds } from "../../src/api/kinds.ts";
import type { Kind } from "../../src/api/kind.ts";

/** What cases write of a kind. */
export interface Sample {
  readonly kind: Kind;
  /** An object with as little in it as may be, without its name. */
  readonly object: Readonly<Record<string, unknown>>;
  /** A merge patch that may be applied to it. */
  readonly change: object;
}

const pod = { containers: [{ name: "main", image: "web:1" }] };
const selector = { matchLabels: { app: "web" } };
const template = { metadata: { labels: { app: "web" } }, spec: pod };
const job = { template: { spec: { ...pod, restartPolicy: "Never" } } };
const role = { rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }] };
const bindingTo = (kind: string) => ({
  roleRef: { apiGroup: "rbac.authorization.k8s.io", kind, name: "view" },
  subjects: [{ kind: "ServiceAccount", name: "default", namespace: "default" }],
});
const event = { type: "Normal", reason: "Tested", action: "Test" };
const regarding = { kind: "Pod", name: "one", namespace: "{ns}", apiVersion: "v1" };
const eventTime = "2026-01-02T03:04:05.000006Z";

const ROWS: readonly (readonly [apiVersion: string, kind: string, object: object, change: object])[] = [
  ["v1", "Pod", { spec: pod }, { spec: { containers: [{ name: "main", image: "web:2" }] } }],
  ["v1", "Service", { spec: { ports: [{ port: 80 }] } }, { spec: { selector: { app: "web" } } }],
  ["v1", "Namespace", {}, { metadata: { labels: { a: "b" } } }],
  ["v1", "Node", {}, { spec: { unschedulable: true } }],
  ["v1", "ConfigMap", { data: { a: "1" } }, { data: { b: "2" } }],
  ["v1", "Secret", { stringData: { a: "1" } }, { data: { b: "Mg==" } }],
  ["v1", "ServiceAccount", {}, { automountServiceAccountToken: false }],
  [
    "v1",
    "Endpoints",
    { subsets: [{ addresses: [{ ip: "10.1.2.3" }], ports: [{ port: 80 }] }] },
    { subsets: [{ addresses: [{ ip: "10.1.2.4" }, { ip: "10.1.2.3" }], ports: [{ port: 81 }] }] },
  ],
  [
    "discovery.k8s.io/v1",
    "EndpointSlice",
    { addressType: "IPv4", endpoints: [{ addresses: ["10.1.2.3"] }], ports: [{ port: 80 }] },
    { endpoints: [{ addresses: ["10.1.2.4"], conditions: { ready: false } }] },
  ],
  ["v1", "ReplicationController", { spec: { selector: { app: "web" }, template } }, { spec: { replicas: 0 } }],
  ["apps/v1", "ReplicaSet", { spec: { selector, template } }, { spec: { replicas: 0 } }],
  ["apps/v1", "Deployment", { spec: { selector, template } }, { spec: { paused: true, minReadySeconds: 5 } }],
  ["apps/v1", "StatefulSet", { spec: { selector, template, serviceName: "web" } }, { spec: { replicas: 0 } }],
  ["apps/v1", "DaemonSet", { spec: { selector, template } }, { spec: { minReadySeconds: 5 } }],
  ["apps/v1", "ControllerRevision", { revision: 1, data: { a: 1 } }, { revision: 2 }],
  ["batch/v1", "Job", { spec: job }, { spec: { parallelism: 2 } }],
  ["batch/v1", "CronJob", { spec: { schedule: "* * * * *", jobTemplate: { spec: job } } }, { spec: { suspend: true } }],
  ["v1", "Event", { ...event, involvedObject: regarding }, { message: "again", count: 2 }],
  [
    "events.k8s.io/v1",
    "Event",
    { ...event, regarding, eventTime, reportingController: "example.com/test", reportingInstance: "test-1" },
    { series: { count: 2, lastObservedTime: eventTime } },
  ],
  ["coordination.k8s.io/v1", "Lease", { spec: { holderIdentity: "me" } }, { spec: { leaseTransitions: 1 } }],
  ["rbac.authorization.k8s.io/v1", "Role", role, { rules: [] }],
  ["rbac.authorization.k8s.io/v1", "ClusterRole", role, { rules: [] }],
  ["rbac.authorization.k8s.io/v1", "RoleBinding", bindingTo("ClusterRole"), { subjects: [] }],
  ["rbac.authorization.k8s.io/v1", "ClusterRoleBinding", bindingTo("ClusterRole"), { subjects: [] }],
  ["scheduling.k8s.io/v1", "PriorityClass", { value: 7 }, { description: "seven" }],
  ["policy/v1", "PodDisruptionBudget", { spec: { selector, minAvailable: 1 } }, { spec: { minAvailable: "50%" } }],
  [
    "networking.k8s.io/v1",
    "Ingress",
    { spec: { defaultBackend: { service: { name: "web", port: { number: 80 } } } } },
    { spec: { ingressClassName: "some" } },
  ],
  ["networking.k8s.io/v1", "NetworkPolicy", { spec: { podSelector: {} } }, { spec: { ingress: [{}] } }],
  [
    "autoscaling/v2",
    "HorizontalPodAutoscaler",
    { spec: { scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" }, maxReplicas: 3 } },
    { spec: { maxReplicas: 4 } },
  ],
  [
    "v1",
    "PersistentVolumeClaim",
    { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } } },
    { metadata: { labels: { a: "b" } } },
  ],
  [
    "v1",
    "PersistentVolume",
    { spec: { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"], hostPath: { path: "/tmp/x" } } },
    { spec: { persistentVolumeReclaimPolicy: "Delete" } },
  ],
  ["storage.k8s.io/v1", "StorageClass", { provisioner: "example.com/none" }, { metadata: { labels: { a: "b" } } }],
  [
    "networking.k8s.io/v1",
    "IngressClass",
    { spec: { controller: "example.com/a" } },
    { metadata: { labels: { a: "b" } } },
  ],
  ["node.k8s.io/v1", "RuntimeClass", { handler: "some" }, { scheduling: { nodeSelector: { a: "b" } } }],
  ["storage.k8s.io/v1", "CSIDriver", { spec: { attachRequired: false } }, { spec: { podInfoOnMount: true } }],
  [
    "storage.k8s.io/v1",
    "CSINode",
    { spec: { drivers: [{ name: "a.example.com", nodeID: "a" }] } },
    { spec: { drivers: [] } },
  ],
  ["storage.k8s.io/v1", "CSIStorageCapacity", { storageClassName: "some", capacity: "1Gi" }, { capacity: "2Gi" }],
  [
    "storage.k8s.io/v1",
    "VolumeAttachment",
    { spec: { attacher: "example.com", nodeName: "a", source: { persistentVolumeName: "a" } } },
    { metadata: { labels: { a: "b" } } },
  ],
  [
    "admissionregistration.k8s.io/v1",
    "ValidatingAdmissionPolicyBinding",
    { spec: { policyName: "some", validationActions: ["Deny"] } },
    { spec: { validationActions: ["Audit"] } },
  ],
  [
    "admissionregistration.k8s.io/v1",
    "MutatingAdmissionPolicyBinding",
    { spec: { policyName: "some" } },
    { spec: { policyName: "other" } },
  ],
  ["v1", "PodTemplate", { template }, { metadata: { labels: { a: "b" } } }],
  [
    "v1",
    "LimitRange",
    { spec: { limits: [{ type: "PersistentVolumeClaim", max: { storage: "9Gi" } }] } },
    { spec: { limits: [] } },
  ],
  ["v1", "ResourceQuota", { spec: { hard: { "count/secrets": "50" } } }, { spec: { hard: { "count/secrets": "60" } } }],
];

const kinds = new Map(builtInKinds().map((kind) => [`${kind.apiVersion} ${kind.kind}`, kind]));

/** An object of every kind that is complete. */
export const SAMPLES: readonly Sample[] = ROWS.map(([apiVersion, name, object, change]) => ({
  kind: kinds.get(`${apiVersion} ${name}`)!,
  object: { apiVersion, kind: name, ...object },
  change,
}));

/** The sample with a name, and whatever else its metadata should have. */
export function named({ object }: Sample, name: string, metadata: object = {}): Readonly<Record<string, unknown>> {
  const { apiVersion, kind, ...rest } = object;
  return { apiVersion, kind, metadata: { name, ...metadata }, ...rest };
}

/** The path of the collection; that of the case's namespace, if the kind is namespaced. */
export function collectionOf({ kind }: Sample): string {
  const group = kind.group === "" ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  return `${group}${kind.namespaced ? "/namespaces/{ns}" : ""}/${kind.plural}`;
}

/** A name for cases, such as `event-events`. */
export function sampleName({ kind }: Sample): string {
  const twice = SAMPLES.filter((other) => other.kind.kind === kind.kind).length > 1 && kind.group !== "";
  return `${kind.kind.toLowerCase()}${twice ? `-${kind.group.split(".")[0]}` : ""}`;
}
