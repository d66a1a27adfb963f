import { apply, merge, strategic } from "../../../src/apiserver/answers/drafts.ts";
import { type Case, defineCase, type Step } from "../define-case.ts";

const LABEL = "pod-security.kubernetes.io/";
type Labels = Readonly<Record<string, string | null>>;
const labelled = (labels: Labels) =>
  Object.fromEntries(Object.entries(labels).map(([mode, value]) => [`${LABEL}${mode}`, value]));

/** A namespace of the case's own: it has its labels from the beginning, so that nobody can know older ones. */
const space = (suffix: string, labels: Labels): readonly Step[] => [
  { ask: "POST /api/v1/namespaces", body: { metadata: { name: `{ns}-${suffix}`, labels: labelled(labels) } } },
  { ask: `POST /api/v1/namespaces/{ns}-${suffix}/serviceaccounts`, body: { metadata: { name: "default" } } },
];
const gone = (...suffixes: readonly string[]): readonly Step[] =>
  suffixes.flatMap((suffix) => [
    { ask: `DELETE /api/v1/namespaces/{ns}-${suffix}/pods?gracePeriodSeconds=0`, see: ({ kind }) => kind },
    { ask: `DELETE /api/v1/namespaces/{ns}-${suffix}`, see: ({ kind }) => kind },
  ]);

const CONTAINER = { name: "main", image: "web:1" };
const RUNTIME = { type: "RuntimeDefault" };
const SAFE = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  runAsNonRoot: true,
  seccompProfile: RUNTIME,
};
type Pod = { readonly metadata?: object; readonly spec: Readonly<Record<string, unknown>> };

/** Two containers and an init container of which all have what is asked about, each something of its own. */
const contexts = (pod: object, ...ofContainers: readonly object[]): Pod => ({
  spec: {
    securityContext: pod,
    initContainers: [{ ...CONTAINER, name: "first", securityContext: { ...SAFE, ...ofContainers[0] } }],
    containers: ["main", "side"].map((name, index) => ({
      ...CONTAINER,
      name,
      securityContext: { ...SAFE, ...ofContainers[index + 1] },
    })),
  },
});
const safe = (spec: object, metadata: object = {}): Pod => ({
  metadata,
  spec: { containers: [{ ...CONTAINER, securityContext: SAFE }], ...spec },
});
const inMain = (part: object): Pod => safe({ containers: [{ ...CONTAINER, securityContext: SAFE, ...part }] });
const annotated = (annotations: Readonly<Record<string, string>>): Pod => ({
  metadata: { annotations },
  spec: { containers: [CONTAINER] },
});
const volumes = (...sources: readonly object[]): Pod =>
  safe({ volumes: sources.map((source, index) => ({ name: `v${index}`, ...source })) });
const sysctls = (...names: readonly string[]): Pod =>
  safe({ securityContext: { sysctls: names.map((name) => ({ name, value: "1" })) } });

const ARMOR = "container.apparmor.security.beta.kubernetes.io/";
const SECCOMP = "seccomp.security.alpha.kubernetes.io/";
const get = (host: string) => ({ httpGet: { port: 80, host } });
const connect = (host: string) => ({ tcpSocket: { port: 80, host } });
const UNCONFINED = { type: "Unconfined" };
const DISK = { volumeID: "a", fsType: "ext4" };

const PODS: readonly Pod[] = [
  { spec: { containers: [CONTAINER] } },
  safe({}),
  { spec: { containers: [CONTAINER], initContainers: [{ ...CONTAINER, name: "first" }] } },
  { spec: { containers: [CONTAINER], securityContext: { runAsNonRoot: true, seccompProfile: RUNTIME } } },
  { spec: { containers: [CONTAINER], os: { name: "windows" } } },
  { spec: { containers: [CONTAINER], os: { name: "linux" } } },
  { spec: { containers: [CONTAINER], hostUsers: false } },
  { spec: { containers: [CONTAINER], hostUsers: false, securityContext: { runAsUser: 0, runAsNonRoot: false } } },
  // Everything at once.
  {
    metadata: { annotations: { [`${ARMOR}main`]: "unconfined" } },
    spec: {
      hostPID: true,
      hostIPC: true,
      hostNetwork: true,
      securityContext: { seccompProfile: UNCONFINED, runAsUser: 0, seLinuxOptions: { type: "a" } },
      volumes: [{ name: "a", hostPath: { path: "/" } }],
      containers: [
        {
          ...CONTAINER,
          ports: [{ containerPort: 80 }, { containerPort: 443 }],
          securityContext: { privileged: true, capabilities: { add: ["NET_RAW", "SYS_ADMIN", "CHOWN"] } },
        },
      ],
    },
  },
  annotated({ [`${ARMOR}main`]: "unconfined" }),
  annotated({ [`${ARMOR}main`]: "localhost/a" }),
  annotated({ [`${ARMOR}main`]: "runtime/default" }),
  safe({ securityContext: { appArmorProfile: UNCONFINED } }),
  contexts({ appArmorProfile: UNCONFINED }, { appArmorProfile: UNCONFINED }, { appArmorProfile: RUNTIME }),
  contexts(
    {},
    { capabilities: { add: ["NET_ADMIN", "KILL"], drop: ["ALL"] } },
    { capabilities: { add: ['A"B', "NET_ADMIN", "NET_BIND_SERVICE"] } },
    { capabilities: {} },
  ),
  contexts({}, {}, { capabilities: { add: ["NET_BIND_SERVICE"], drop: ["KILL", "ALL"] } }, { capabilities: undefined }),
  safe({ hostNetwork: true }),
  safe({ hostPID: true }),
  safe({ hostIPC: true }),
  volumes({ hostPath: { path: "/a" } }),
  volumes({ hostPath: { path: "/a" } }, { emptyDir: {} }, { hostPath: { path: "/b" } }),
  volumes(
    { nfs: { server: "a", path: "/" } },
    { iscsi: { targetPortal: "1.2.3.4", iqn: "iqn.2001-04.com.example:a", lun: 0 } },
    { cinder: DISK },
    { awsElasticBlockStore: DISK },
    { gcePersistentDisk: { pdName: "a" } },
    { azureFile: { secretName: "a", shareName: "b" } },
    { azureDisk: { diskName: "a", diskURI: "https://blob/a" } },
    { flexVolume: { driver: "a/b" } },
    { flocker: { datasetName: "a" } },
    { fc: { targetWWNs: ["a"], lun: 1 } },
    { vsphereVolume: { volumePath: "a" } },
    { quobyte: { registry: "a:1", volume: "b" } },
    { portworxVolume: { volumeID: "a" } },
    { scaleIO: { gateway: "a", system: "b", volumeName: "c", secretRef: { name: "d" } } },
    { storageos: { volumeName: "a" } },
    { rbd: { monitors: ["a"], image: "b" } },
    { cephfs: { monitors: ["a"] } },
    { glusterfs: { endpoints: "a", path: "b" } },
    { photonPersistentDisk: { pdID: "a" } },
    { gitRepo: { repository: "a" } },
  ),
  volumes({ nfs: { server: "a", path: "/" } }),
  volumes(
    {},
    { configMap: { name: "a" } },
    { secret: { secretName: "a" } },
    { projected: { sources: [] } },
    { downwardAPI: {} },
    { persistentVolumeClaim: { claimName: "a" } },
    { csi: { driver: "a" } },
    { image: { reference: "a:1" } },
  ),
  inMain({ ports: [{ containerPort: 80, hostPort: 80 }] }),
  safe({
    initContainers: [
      { ...CONTAINER, name: "first", securityContext: SAFE, ports: [{ containerPort: 1, hostPort: 90 }] },
    ],
    containers: [
      {
        ...CONTAINER,
        securityContext: SAFE,
        ports: [{ containerPort: 1, hostPort: 1000 }, { containerPort: 2, hostPort: 9 }, { containerPort: 3 }],
      },
    ],
  }),
  inMain({ livenessProbe: get("b"), readinessProbe: connect("a"), startupProbe: get("") }),
  inMain({ startupProbe: get("a"), lifecycle: { postStart: get("c"), preStop: connect("d") } }),
  safe({
    containers: ["main", "a"].map((name) => ({
      ...CONTAINER,
      name,
      securityContext: SAFE,
      livenessProbe: connect("1.2.3.4"),
    })),
  }),
  contexts({}, {}, { privileged: true, allowPrivilegeEscalation: true }),
  contexts(
    {},
    { privileged: true, allowPrivilegeEscalation: undefined },
    { privileged: true, allowPrivilegeEscalation: true },
  ),
  contexts({}, {}, { allowPrivilegeEscalation: true }),
  contexts({}, {}, { procMount: "Default" }),
  { spec: { ...contexts({}, {}, { procMount: "Unmasked" }).spec, hostUsers: false } },
  contexts({ seLinuxOptions: { type: "container_t", level: "s0" } }),
  contexts({ seLinuxOptions: { type: "container_engine_t" } }),
  contexts(
    { seLinuxOptions: { user: "u" } },
    { seLinuxOptions: { type: "b" } },
    { seLinuxOptions: { type: "a", role: "r" } },
  ),
  contexts({}, { seLinuxOptions: { role: "r" } }),
  contexts({ seccompProfile: UNCONFINED }),
  contexts({ seccompProfile: UNCONFINED }, { seccompProfile: UNCONFINED }, { seccompProfile: undefined }),
  contexts({ seccompProfile: RUNTIME }, {}, { seccompProfile: undefined }),
  contexts({}, {}, { seccompProfile: undefined }),
  contexts({}, {}, { seccompProfile: { type: "Localhost", localhostProfile: "a" } }),
  annotated({ [`${SECCOMP}pod`]: "unconfined", [`container.${SECCOMP}main`]: "unconfined" }),
  annotated({ [`container.${SECCOMP}main`]: "unconfined", [`container.${SECCOMP}other`]: "unconfined" }),
  annotated({ [`${SECCOMP}pod`]: "docker/default", [`container.${SECCOMP}main`]: "localhost/a" }),
  sysctls(
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_fin_timeout",
    "net.ipv4.tcp_rmem",
  ),
  sysctls("kernel.msgmax", "net.core.somaxconn"),
  contexts({ runAsNonRoot: false }),
  contexts({ runAsNonRoot: false }, { runAsNonRoot: false }, {}, { runAsNonRoot: false }),
  contexts({ runAsNonRoot: true }, { runAsNonRoot: undefined }),
  contexts({}, { runAsNonRoot: undefined }, { runAsNonRoot: undefined }),
  contexts({ runAsUser: 0 }),
  contexts({ runAsUser: 1 }, { runAsUser: 0 }, { runAsUser: 0 }),
  safe({
    hostNetwork: true,
    securityContext: { windowsOptions: { hostProcess: true } },
    os: { name: "windows" },
    containers: [{ ...CONTAINER, securityContext: { windowsOptions: { hostProcess: true } } }],
  }),
];

const asked = (suffix: string, pods: readonly Pod[]): readonly Step[] =>
  pods.map(({ metadata, spec }) => ({
    ask: `POST /api/v1/namespaces/{ns}-${suffix}/pods?dryRun=All`,
    body: { metadata: { name: "one", ...metadata }, spec },
  }));

const level = (mode: string, name: string, version?: string): Case =>
  defineCase(`pod-security-${mode}-${name}${version === undefined ? "" : `-${version.replace(".", "-")}`}`, "api", [
    ...space("a", { [mode]: name, ...(version === undefined ? {} : { [`${mode}-version`]: version }) }),
    ...asked("a", PODS),
    ...gone("a"),
  ]);

const LABELS: readonly Labels[] = [
  {},
  { enforce: "privileged", "enforce-version": "latest" },
  { enforce: "strict" },
  { enforce: "", "enforce-version": "", audit: "a", "audit-version": "b", warn: "c", "warn-version": "d" },
  { "enforce-version": "1.36" },
  { "enforce-version": "v1.036" },
  { "enforce-version": "v2.0" },
  { "audit-version": "v1.9223372036854775807" },
  { "audit-version": "v1.9223372036854775808" },
  { warn: "Restricted", enforce: "restricted" },
  { other: "x" },
];

const TEMPLATE = { metadata: { labels: { app: "web" } }, spec: { containers: [CONTAINER] } };
const SELECTED = { selector: { matchLabels: { app: "web" } }, template: TEMPLATE };
const ONCE = { ...TEMPLATE, spec: { ...TEMPLATE.spec, restartPolicy: "Never" } };
const CONTROLLERS: readonly (readonly [string, string, object])[] = [
  ["apis/apps/v1", "deployments", { spec: SELECTED }],
  ["apis/apps/v1", "replicasets", { spec: SELECTED }],
  ["apis/apps/v1", "daemonsets", { spec: SELECTED }],
  ["apis/apps/v1", "statefulsets", { spec: { ...SELECTED, serviceName: "web" } }],
  ["apis/batch/v1", "jobs", { spec: { template: ONCE } }],
  ["apis/batch/v1", "cronjobs", { spec: { schedule: "* * * * *", jobTemplate: { spec: { template: ONCE } } } }],
  ["api/v1", "replicationcontrollers", { spec: { selector: { app: "web" }, template: TEMPLATE } }],
  ["api/v1", "podtemplates", { template: TEMPLATE }],
];
const controllers = (suffix: string): readonly Step[] =>
  CONTROLLERS.flatMap(([group, plural, object]) => {
    const path = `/${group}/namespaces/{ns}-${suffix}/${plural}`;
    return [
      { ask: `POST ${path}`, body: { metadata: { name: "one" }, ...object } },
      { ask: `PATCH ${path}/one`, headers: merge, body: { metadata: { labels: { a: "b" } } } },
      { ask: `PATCH ${path}/one/status`, headers: merge, body: { metadata: { labels: { a: "c" } } } },
      { ask: `PATCH ${path}/one/scale`, headers: merge, body: { spec: { replicas: 2 } } },
      { ask: `DELETE ${path}/one` },
    ];
  });

const pod = (name: string, spec: object = {}, metadata: object = {}) => ({
  ask: "POST /api/v1/namespaces/{ns}-a/pods",
  body: { metadata: { name, ...metadata }, spec: { containers: [CONTAINER], ...spec } },
});
const relabel = (suffix: string, labels: Labels): Step => ({
  ask: `PATCH /api/v1/namespaces/{ns}-${suffix}`,
  headers: merge,
  body: { metadata: { labels: labelled(labels) } },
});
const ONE = "/api/v1/namespaces/{ns}-a/pods/one";
const replica = { ownerReferences: [{ apiVersion: "v1", kind: "A", name: "a", uid: "a", controller: true }] };

const cases: readonly Case[] = [
  level("enforce", "baseline"),
  level("enforce", "restricted"),
  level("warn", "baseline"),
  level("warn", "restricted"),
  ...["v1.0", "v1.8", "v1.18", "v1.19", "v1.22", "v1.23", "v1.25", "v1.27", "v1.29", "v1.31", "v1.32", "v1.34"].map(
    (version) => level("warn", "restricted", version),
  ),
  ...["v1.0", "v1.30", "v1.34", "v1.35", "v1.99"].map((version) => level("enforce", "baseline", version)),
  defineCase("pod-security-namespaces", "api", [
    ...LABELS.map((labels) => ({
      ask: "POST /api/v1/namespaces?dryRun=All",
      body: { metadata: { name: "{ns}-a", labels: labelled(labels) } },
    })),
    {
      ask: "POST /api/v1/namespaces?dryRun=All",
      body: { metadata: { generateName: "{ns}-", labels: labelled({ warn: "a" }) } },
    },
    ...space("a", {}),
    ...LABELS.map((labels) => relabel("a", labels)),
    relabel("a", { enforce: null, "enforce-version": null }),
    {
      ask: "PATCH /api/v1/namespaces/{ns}-a/status",
      headers: merge,
      body: { metadata: { labels: labelled({ warn: "a" }) } },
    },
    {
      ask: "PATCH /api/v1/namespaces/{ns}-a?fieldManager=applier",
      headers: apply,
      body: { apiVersion: "v1", kind: "Namespace", metadata: { name: "{ns}-a", labels: labelled({ audit: "all" }) } },
    },
    ...gone("a"),
  ]),
  defineCase("pod-security-controllers", "api", [
    ...space("a", { warn: "restricted" }),
    ...space("b", { enforce: "baseline", "enforce-version": "v1.30", "warn-version": "v1.20", audit: "restricted" }),
    ...space("c", { enforce: "restricted", "enforce-version": "v1.18" }),
    ...space("d", { enforce: "restricted", warn: "privileged" }),
    ...["a", "b", "c", "d"].flatMap(controllers),
    {
      ask: "POST /apis/apps/v1/namespaces/{ns}-b/deployments",
      body: {
        metadata: { name: "two" },
        spec: { ...SELECTED, template: { ...TEMPLATE, spec: { ...TEMPLATE.spec, hostPID: true } } },
      },
    },
    ...gone("a", "b", "c", "d"),
  ]),
  defineCase("pod-security-pods", "api", [
    ...space("a", { enforce: "baseline", warn: "restricted" }),
    pod("one", { containers: [{ ...CONTAINER, resources: { requests: { cpu: "1" } } }] }),
    pod("two", { hostPID: true }),
    pod("", { hostPID: true }, { generateName: "web-" }),
    { ask: `PATCH ${ONE}`, headers: merge, body: { metadata: { labels: { a: "b" } } } },
    {
      ask: `PATCH ${ONE}`,
      headers: strategic,
      body: { spec: { containers: [{ name: "main", image: "web:2" }] } },
    },
    {
      ask: `PATCH ${ONE}/status`,
      headers: merge,
      body: { status: { phase: "Running" } },
    },
    ...[{}, { privileged: true }, SAFE].map((securityContext, index) => ({
      ask: `PATCH ${ONE}/ephemeralcontainers`,
      headers: strategic,
      body: { spec: { ephemeralContainers: [{ name: `debug-${index}`, image: "tools:1", securityContext }] } },
    })),
    {
      ask: `PATCH ${ONE}/resize`,
      headers: strategic,
      body: { spec: { containers: [{ name: "main", resources: { requests: { cpu: "2" } } }] } },
    },
    { ask: `POST ${ONE}/binding`, body: { metadata: { name: "one" }, target: { kind: "Node", name: "a" } } },
    {
      ask: "PATCH /api/v1/namespaces/{ns}-a/pods/four?fieldManager=applier",
      headers: apply,
      body: {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "four" },
        spec: { hostIPC: true, containers: [CONTAINER] },
      },
    },
    // What is no pod, or a wrong one, is not looked at.
    {
      ask: "POST /api/v1/namespaces/{ns}-a/pods",
      body: {
        metadata: { name: "three" },
        spec: { containers: [{ ...CONTAINER, securityContext: { privileged: "a" } }] },
      },
    },
    {
      ask: "POST /api/v1/namespaces/{ns}-a/pods",
      body: { metadata: { name: "three" }, spec: { hostPID: true, containers: [{ ...CONTAINER, image: "" }] } },
    },
    ...gone("a"),
  ]),
  defineCase("pod-security-existing-pods", "api", [
    ...space("a", {}),
    pod("b", { hostPID: true }, replica),
    pod("a", { hostPID: true }, replica),
    pod("c", { hostPID: true }),
    pod("d"),
    pod("f", { hostIPC: true, containers: [{ ...CONTAINER, securityContext: { privileged: true } }] }),
    pod("e", { ...safe({}).spec }),
    pod("h", { volumes: [{ name: "a", hostPath: { path: "/" } }] }),
    pod("g", { volumes: [{ name: "a", hostPath: { path: "/" } }] }),
    ...[1, 2, 3].map(() => ({ ask: "GET /api/v1/namespaces/{ns}-a/pods" })),
    relabel("a", { warn: "restricted", audit: "restricted" }),
    relabel("a", { enforce: "baseline" }),
    relabel("a", { enforce: "restricted" }),
    relabel("a", { "enforce-version": "v1.20" }),
    relabel("a", { enforce: "baseline" }),
    relabel("a", { "enforce-version": "v1.21" }),
    relabel("a", { enforce: "privileged", "enforce-version": null }),
    relabel("a", { enforce: "strict" }),
    { ...relabel("a", { enforce: "restricted" }), ask: "PATCH /api/v1/namespaces/{ns}-a?dryRun=All" },
    ...gone("a"),
  ]),
  defineCase("pod-security-long-warnings", "api", [
    ...space("a", { warn: "restricted" }),
    ...[20, 40, 100].flatMap((count) =>
      asked("a", [
        {
          spec: {
            containers: Array.from({ length: count }, (_, index) => ({
              name: `container-number-${index}`,
              image: "a:1",
            })),
          },
        },
      ]),
    ),
    ...gone("a"),
  ]),
];

export default cases;
