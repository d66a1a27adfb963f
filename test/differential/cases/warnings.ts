import { apply, merge, strategic } from "../../../src/apiserver/answers/drafts.ts";
import { type Case, defineCase } from "../define-case.ts";

// What Kubernetes accepts and warns of.

const NAMESPACE = "/api/v1/namespaces/{ns}";
const NODE = "/api/v1/nodes/{ns}-one";
const BALANCED = { loadBalancer: { ingress: [{ ip: "2001:DB8::1" }, { ip: "" }] } };

const ARCH = { key: "beta.kubernetes.io/arch", operator: "In", values: ["a b", "amd64"] };
const CLAIM = {
  accessModes: ["ReadWriteOnce"],
  resources: { requests: { storage: "1.5" }, limits: { storage: "2500m" } },
};
const FILES = [
  { key: "a", path: "a" },
  { key: "b", path: "a/b" },
];
const DOWNWARD = FILES.map(({ path }) => ({ path, fieldRef: { fieldPath: "metadata.name" } }));
const ODD_POD = {
  nodeSelector: { "beta.kubernetes.io/os": "linux" },
  overhead: { memory: "1500m" },
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ ...ARCH, values: ["amd64"] }] }],
      },
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: { matchExpressions: [ARCH] } }],
    },
  },
  containers: [
    {
      name: "main",
      image: "web:1",
      resources: { limits: { memory: "100m", "ephemeral-storage": "1.5" } },
      ports: [
        { containerPort: 80, hostIP: "10.1.2.3" },
        { name: "a", containerPort: 80 },
      ],
      env: ["1", "2", "$(A)"].map((value) => ({ name: "A", value })),
    },
  ],
  volumes: [
    { name: "a", configMap: { name: "one", items: FILES } },
    { name: "b", secret: { secretName: "one", items: FILES } },
    { name: "c", downwardAPI: { items: DOWNWARD } },
    {
      name: "d",
      projected: {
        sources: [
          { configMap: { name: "one", items: [{ key: "a", path: "a" }] } },
          { secret: { name: "one", items: [{ key: "b", path: "a/b" }] } },
          { downwardAPI: { items: [{ path: "a/b/c", fieldRef: { fieldPath: "metadata.name" } }] } },
          { serviceAccountToken: { path: "a/b/d" } },
          {},
        ],
      },
    },
    { name: "e", ephemeral: { volumeClaimTemplate: { spec: CLAIM } } },
    { name: "f", gitRepo: { repository: "a" } },
  ],
};
const SECCOMP = "seccomp.security.alpha.kubernetes.io/";
const ODD_METADATA = {
  annotations: { [`${SECCOMP}pod`]: "unconfined", [`container.${SECCOMP}main`]: "unconfined" },
  labels: { app: "web" },
};
const ARMOR = "container.apparmor.security.beta.kubernetes.io/";
const ARMORED = { [`${ARMOR}main`]: "runtime/default" };
const RUNTIME = { type: "RuntimeDefault" };
const SETS = "/apis/apps/v1/namespaces/{ns}/statefulsets";
const odd = (securityContext: object) => ({
  metadata: { ...ODD_METADATA, annotations: { ...ODD_METADATA.annotations, ...ARMORED } },
  spec: { ...ODD_POD, securityContext },
});
const set = (more: object) => ({
  metadata: { name: "one" },
  spec: {
    selector: { matchLabels: { app: "web" } },
    serviceName: "web",
    volumeClaimTemplates: [{ metadata: { name: "data" }, spec: CLAIM }],
    ...more,
  },
});
const VOLUME = { capacity: { storage: "1Gi" }, accessModes: ["ReadWriteOnce"] };
const BLOCK = { ipBlock: { cidr: "2001:DB8::/32", except: ["2001:DB8:1::/48"] } };

const cases: readonly Case[] = [
  defineCase("warnings-of-pods", "api", [
    {
      ask: `POST ${NAMESPACE}/pods?dryRun=All`,
      body: { metadata: { name: "one", ...ODD_METADATA }, spec: { ...ODD_POD, overhead: undefined } },
    },
    { ask: `POST ${SETS}`, body: set({ template: odd({}) }) },
    { ask: `PATCH ${SETS}/one`, headers: merge, body: { metadata: { labels: { a: "b" } } } },
    {
      ask: `PATCH ${SETS}/one`,
      headers: merge,
      body: { spec: { template: odd({ appArmorProfile: RUNTIME }) } },
    },
    { ask: `PATCH ${SETS}/one/scale`, headers: merge, body: { spec: { replicas: 2 } } },
    { ask: `PATCH ${SETS}/one/status`, headers: merge, body: { status: { replicas: 2 } } },
  ]),
  defineCase("warnings-of-profiles", "api", [
    ...["runtime/default", "unconfined", "localhost/a", "localhost/ a", "localhost/", "other", ""].flatMap((profile) =>
      [{}, { appArmorProfile: RUNTIME }].map((securityContext) => ({
        ask: `POST ${NAMESPACE}/pods?dryRun=All`,
        body: {
          metadata: { name: "one", annotations: { [`${ARMOR}main`]: profile } },
          spec: { securityContext, containers: [{ name: "main", image: "web:1" }] },
        },
      })),
    ),
    {
      ask: `POST ${NAMESPACE}/pods?dryRun=All`,
      body: {
        metadata: { name: "one", annotations: { [`${ARMOR}first`]: "unconfined", [`${ARMOR}main`]: "localhost/a" } },
        spec: {
          initContainers: [{ name: "first", image: "web:1", securityContext: { privileged: true } }],
          containers: [{ name: "main", image: "web:1", securityContext: { appArmorProfile: RUNTIME } }],
        },
      },
    },
    ...["runtime/default", "docker/default", "unconfined", "localhost/a", "other"].map((profile) => ({
      ask: `POST ${NAMESPACE}/pods?dryRun=All`,
      body: {
        metadata: { name: "one", annotations: { [`container.${SECCOMP}main`]: profile } },
        spec: { containers: [{ name: "main", image: "web:1" }] },
      },
    })),
    {
      ask: `POST ${NAMESPACE}/pods`,
      body: {
        metadata: { name: "one", annotations: { [`${ARMOR}main`]: "unconfined" } },
        spec: { os: { name: "windows" }, containers: [{ name: "main", image: "web:1" }] },
      },
    },
    {
      ask: `PATCH ${NAMESPACE}/pods/two?fieldManager=applier`,
      headers: apply,
      body: {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "two", annotations: { [`${ARMOR}main`]: "unconfined" } },
        spec: { containers: [{ name: "main", image: "web:1" }] },
      },
    },
    { ask: `PATCH ${NAMESPACE}/pods/two`, headers: merge, body: { metadata: { labels: { a: "b" } } } },
  ]),
  defineCase("warnings-of-volumes", "api", [
    ...[
      { hostPath: { path: "/tmp/x" }, persistentVolumeReclaimPolicy: "Recycle" },
      { cephfs: { monitors: ["a"] } },
      { glusterfs: { endpoints: "a", path: "b" } },
      { storageos: { volumeName: "a", volumeNamespace: "b" } },
      { photonPersistentDisk: { pdID: "a" } },
      { rbd: { monitors: ["a"], image: "b" } },
      {
        hostPath: { path: "/tmp/x" },
        nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [{ ...ARCH, values: ["amd64"] }] }] } },
      },
    ].flatMap((spec) =>
      ["storage-class", "mount-options"].map((name) => ({
        ask: "POST /api/v1/persistentvolumes?dryRun=All",
        body: {
          metadata: { name: "{ns}-one", annotations: { [`volume.beta.kubernetes.io/${name}`]: "a" } },
          spec: { ...VOLUME, ...spec },
        },
      })),
    ),
    {
      ask: `POST ${NAMESPACE}/persistentvolumeclaims`,
      body: {
        metadata: { name: "one", annotations: { "volume.beta.kubernetes.io/storage-class": "b" } },
        spec: CLAIM,
      },
    },
    {
      ask: `PATCH ${NAMESPACE}/persistentvolumeclaims/one`,
      headers: merge,
      body: { metadata: { labels: { a: "b" } } },
    },
    {
      ask: `PATCH ${NAMESPACE}/persistentvolumeclaims/one/status`,
      headers: merge,
      body: { status: { phase: "Lost" } },
    },
    {
      ask: "POST /apis/storage.k8s.io/v1/storageclasses?dryRun=All",
      body: {
        metadata: { name: "{ns}-one" },
        provisioner: "example.com/a",
        allowedTopologies: [{ matchLabelExpressions: [{ key: ARCH.key, values: ["amd64"] }] }],
      },
    },
  ]),
  defineCase("warnings-of-networks", "api", [
    {
      ask: "POST /apis/networking.k8s.io/v1/namespaces/{ns}/networkpolicies",
      body: {
        metadata: { name: "one" },
        spec: { podSelector: {}, ingress: [{ from: [BLOCK] }], egress: [{ to: [BLOCK] }] },
      },
    },
    {
      ask: "PATCH /apis/networking.k8s.io/v1/namespaces/{ns}/networkpolicies/one",
      headers: merge,
      body: { metadata: { labels: { a: "b" } } },
    },
    ...["", "endpointslice-controller.k8s.io"].map((manager) => ({
      ask: "POST /apis/discovery.k8s.io/v1/namespaces/{ns}/endpointslices?dryRun=All",
      body: {
        metadata: { name: "one", labels: { "endpointslice.kubernetes.io/managed-by": manager } },
        addressType: "IPv6",
        endpoints: [{ addresses: ["2001:db8:0::1"] }],
      },
    })),
  ]),
  defineCase(
    "warnings-of-quotas",
    "api",
    [
      { "requests.cpu": "2", "limits.cpu": "1" },
      { cpu: "2", "limits.cpu": "1500m" },
      { memory: "1Gi", "limits.memory": "1024Mi", "requests.ephemeral-storage": "2", "limits.ephemeral-storage": "1" },
    ].map((hard) => ({
      ask: `POST ${NAMESPACE}/resourcequotas?dryRun=All`,
      body: { metadata: { name: "one" }, spec: { hard } },
    })),
  ),
  defineCase("warnings-of-nodes", "api", [
    {
      ask: "POST /api/v1/nodes",
      body: { metadata: { name: "{ns}-one" }, spec: { externalID: "a", podCIDRs: ["2001:DB8::/64"] } },
    },
    { ask: `PATCH ${NODE}/status`, headers: strategic, body: { status: null } },
    { ask: `PATCH ${NODE}/status`, headers: merge, body: { status: { phase: "Running" } } },
    { ask: `PATCH ${NODE}`, headers: merge, body: { metadata: { labels: { a: "b" } } } },
    {
      ask: `PATCH ${NODE}?fieldManager=applier`,
      headers: apply,
      body: { apiVersion: "v1", kind: "Node", metadata: { name: "{ns}-one" } },
    },
  ]),
  defineCase("warnings-of-statuses", "api", [
    {
      ask: `POST ${NAMESPACE}/services`,
      body: {
        metadata: { name: "one" },
        spec: { type: "LoadBalancer", ports: [{ port: 80 }], externalIPs: ["1.2.3.4"] },
      },
    },
    { ask: `PATCH ${NAMESPACE}/services/one/status`, headers: merge, body: { status: BALANCED } },
    {
      ask: "POST /apis/networking.k8s.io/v1/namespaces/{ns}/ingresses",
      body: { metadata: { name: "one" }, spec: { defaultBackend: { service: { name: "web", port: { number: 80 } } } } },
    },
    {
      ask: "PATCH /apis/networking.k8s.io/v1/namespaces/{ns}/ingresses/one/status",
      headers: merge,
      body: { status: BALANCED },
    },
    {
      ask: `POST ${NAMESPACE}/pods`,
      body: { metadata: { name: "one" }, spec: { containers: [{ name: "main", image: "web:1" }] } },
    },
    // One address of the host alone says nothing of the older field.
    { ask: `PATCH ${NAMESPACE}/pods/one/status`, headers: merge, body: { status: { hostIPs: [{ ip: "10.1.2.3" }] } } },
    ...[["2001:DB8::1"], ["2001:DB8::1", "10.1.2.3"]].map((ips) => ({
      ask: `PATCH ${NAMESPACE}/pods/one/status`,
      headers: merge,
      body: { status: { podIPs: ips.map((ip) => ({ ip })), hostIP: ips[0], hostIPs: ips.map((ip) => ({ ip })) } },
    })),
  ]),
];

export default cases;
