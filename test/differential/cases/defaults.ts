import { type Case, defineCase, type Step } from "../define-case.ts";
import { collectionOf, named, sampleName, SAMPLES } from "../samples.ts";

// Fields that bring defaults of their own with them: written with as little as may be, read as they are stored.
const pod = { containers: [{ name: "main", image: "web" }] };
const probe = { httpGet: { port: 80 } };
const volumes = [
  { name: "a", configMap: { name: "x" } },
  { name: "b", secret: { secretName: "x" } },
  { name: "c", downwardAPI: { items: [{ path: "p", fieldRef: { fieldPath: "metadata.name" } }] } },
  { name: "d", projected: { sources: [{ serviceAccountToken: { path: "t" } }, { configMap: { name: "x" } }] } },
  { name: "e", hostPath: { path: "/x" } },
  { name: "f", emptyDir: {} },
  { name: "g", iscsi: { targetPortal: "1.2.3.4", iqn: "iqn.2001-04.com.example:x", lun: 0 } },
  { name: "h", rbd: { monitors: ["x"], image: "x" } },
  { name: "i", azureDisk: { diskName: "x", diskURI: "x" } },
  { name: "j", scaleIO: { gateway: "x", system: "x", secretRef: { name: "x" }, volumeName: "x" } },
  {
    name: "k",
    ephemeral: {
      volumeClaimTemplate: { spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } } },
    },
  },
  { name: "l", image: { reference: "x:1" } },
  { name: "m", nfs: { server: "x", path: "/x" } },
  { name: "n", csi: { driver: "x.example.com" } },
];
const specs: Readonly<Record<string, object>> = {
  probes: {
    containers: [
      {
        name: "main",
        image: "web:latest",
        livenessProbe: probe,
        readinessProbe: { exec: { command: ["x"] } },
        startupProbe: { grpc: { port: 1 } },
      },
    ],
  },
  ports: { containers: [{ name: "main", image: "web:1", ports: [{ containerPort: 80 }] }], hostNetwork: true },
  resources: {
    containers: [{ name: "main", image: "web:1", resources: { limits: { cpu: "1.5", memory: "1024Ki" } } }],
  },
  environment: {
    containers: [
      {
        name: "main",
        image: "web@sha256:" + "a".repeat(64),
        env: [{ name: "A", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } }, { name: "B" }],
      },
    ],
  },
  hooks: {
    containers: [
      {
        name: "main",
        image: "web:1",
        lifecycle: { postStart: { httpGet: { port: "x" } }, preStop: { sleep: { seconds: 1 } } },
      },
    ],
    initContainers: [
      { name: "init", image: "web:1" },
      { name: "side", image: "web:1", restartPolicy: "Always" },
    ],
  },
  volumes: { ...pod, volumes },
  spread: {
    ...pod,
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: "x", whenUnsatisfiable: "DoNotSchedule", labelSelector: {} },
    ],
    tolerations: [{ operator: "Exists" }, { key: "a" }],
  },
  affinity: {
    ...pod,
    affinity: {
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "x" }] },
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, preference: { matchExpressions: [{ key: "a", operator: "Exists" }] } },
        ],
      },
    },
  },
  security: {
    ...pod,
    securityContext: { seccompProfile: { type: "RuntimeDefault" }, fsGroup: 1 },
    serviceAccountName: "default",
    automountServiceAccountToken: false,
    shareProcessNamespace: true,
  },
};
const services: Readonly<Record<string, object>> = {
  headless: { clusterIP: "None", selector: { a: "b" } },
  "node-port": {
    type: "NodePort",
    ports: [{ port: 80 }, { name: "x", port: 81, protocol: "UDP" }].map((port, index) => ({
      name: `p${index}`,
      ...port,
    })),
  },
  balancer: { type: "LoadBalancer", ports: [{ port: 80 }] },
  balanced: {
    type: "LoadBalancer",
    ports: [{ port: 80 }],
    externalTrafficPolicy: "Local",
    sessionAffinity: "ClientIP",
  },
  external: { type: "ExternalName", externalName: "example.com" },
  dual: { ports: [{ port: 80, targetPort: "x" }], ipFamilyPolicy: "PreferDualStack" },
  fixed: { ports: [{ port: 80 }], clusterIP: "10.96.77.77" },
  taken: { ports: [{ port: 80 }], clusterIP: "10.96.77.77" },
  outside: { ports: [{ port: 80 }], clusterIP: "10.1.2.3" },
};
const selector = { matchLabels: { app: "web" } };
const template = { metadata: { labels: { app: "web" } }, spec: pod };
const workloads: readonly (readonly [path: string, spec: object])[] = [
  ["apps/v1/namespaces/{ns}/deployments", { selector, template, strategy: { type: "Recreate" } }],
  [
    "apps/v1/namespaces/{ns}/deployments",
    { selector, template, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: "30%" } } },
  ],
  ["apps/v1/namespaces/{ns}/deployments", { selector, template, replicas: 0 }],
  ["apps/v1/namespaces/{ns}/daemonsets", { selector, template, updateStrategy: { type: "OnDelete" } }],
  [
    "apps/v1/namespaces/{ns}/statefulsets",
    {
      selector,
      template,
      updateStrategy: { rollingUpdate: { partition: 2 } },
      volumeClaimTemplates: [
        {
          metadata: { name: "data" },
          spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
        },
      ],
    },
  ],
  ["batch/v1/namespaces/{ns}/jobs", { template: { spec: { ...pod, restartPolicy: "Never" } }, completions: 3 }],
  [
    "batch/v1/namespaces/{ns}/jobs",
    {
      template: { spec: { ...pod, restartPolicy: "Never" } },
      completionMode: "Indexed",
      completions: 3,
      parallelism: 2,
      backoffLimitPerIndex: 1,
    },
  ],
  ["batch/v1/namespaces/{ns}/jobs", { template: { spec: { ...pod, restartPolicy: "OnFailure" } }, suspend: true }],
];

const cases: readonly Case[] = [
  defineCase(
    "defaults-kinds",
    "api",
    SAMPLES.flatMap((sample): readonly Step[] => {
      const name = `defaults-${sampleName(sample)}`;
      return [
        { ask: `POST ${collectionOf(sample)}`, body: named(sample, name) },
        { ask: `GET ${collectionOf(sample)}/${name}` },
      ];
    }),
  ),
  defineCase("defaults-pods", "api", [
    ...Object.entries(specs).map(([name, spec]): Step => ({
      ask: "POST /api/v1/namespaces/{ns}/pods",
      body: { metadata: { name }, spec },
    })),
    ...Object.keys(specs).map((name): Step => ({ ask: `GET /api/v1/namespaces/{ns}/pods/${name}` })),
  ]),
  defineCase("defaults-services", "api", [
    ...Object.entries(services).map(([name, spec]): Step => ({
      ask: "POST /api/v1/namespaces/{ns}/services",
      body: { metadata: { name }, spec },
    })),
    ...Object.keys(services).map((name): Step => ({ ask: `GET /api/v1/namespaces/{ns}/services/${name}` })),
  ]),
  defineCase(
    "defaults-workloads",
    "api",
    workloads.map(([path, spec], index): Step => ({
      ask: `POST /apis/${path}`,
      body: { metadata: { name: `w-${index}` }, spec },
    })),
  ),
];
export default cases;
