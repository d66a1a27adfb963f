import {
  APPS,
  change,
  container,
  CORE,
  events,
  gone,
  look,
  make,
  podSpec,
  remove,
  selector,
  template,
} from "../cluster-steps.ts";
import { type Case, defineCase, type Json, type Step } from "../define-case.ts";

const NODES = "/api/v1/nodes";
const ready = (status: string) => [
  {
    type: "Ready",
    status,
    reason: "Test",
    lastHeartbeatTime: "2026-01-02T03:04:05Z",
    lastTransitionTime: "2026-01-02T03:04:05Z",
  },
];
const node = (name: string, labels: object = {}, spec: object = {}, cpu = "2"): Step => ({
  ask: `POST ${NODES}`,
  body: {
    metadata: { name: `{ns}-${name}`, labels: { "kubernetes.io/hostname": `{ns}-${name}`, ...labels } },
    spec,
    status: {
      capacity: { cpu, memory: "4Gi", pods: "10" },
      allocatable: { cpu, memory: "4Gi", pods: "10" },
      conditions: ready("True"),
    },
  },
  see: ({ kind }) => kind,
});
const joined = (name: string): Step =>
  look(
    `${NODES}/{ns}-${name}`,
    ({ spec }) =>
      spec.podCIDR !== undefined && !spec.taints?.some(({ key }: Json) => key === "node.kubernetes.io/not-ready"),
    ({ spec }) => ({ taints: spec.taints }),
  );
const setReady = (name: string, status: string): Step => ({
  ask: `PATCH ${NODES}/{ns}-${name}/status`,
  headers: { "content-type": "application/strategic-merge-patch+json" },
  body: { status: { conditions: ready(status) } },
  see: ({ kind }) => kind,
});
const pod = (name: string, spec: object = {}, labels: object = {}): Step =>
  make(`${CORE}/pods`, name, { spec: { ...podSpec, ...spec } }, { labels });
const asking = (cpu: string) => ({ containers: [{ ...container, resources: { requests: { cpu } } }] });
const bound = (name: string): Step =>
  look(
    `${CORE}/pods/${name}`,
    ({ spec }) => spec.nodeName !== undefined,
    ({ spec, status }) => ({ node: spec.nodeName, conditions: status.conditions }),
  );
const refused = (name: string): Step =>
  look(
    `${CORE}/pods/${name}`,
    ({ status }) =>
      status.conditions?.some(({ reason }: Json) => reason === "Unschedulable" || reason === "SchedulingGated"),
    ({ status }) => status,
  );
const briefly = ["not-ready", "unreachable"].map((key) => ({
  key: `node.kubernetes.io/${key}`,
  operator: "Exists",
  effect: "NoExecute",
  tolerationSeconds: 1,
}));
const leaves = (name: string) =>
  look(
    `${CORE}/pods/${name}`,
    ({ metadata }) => metadata.deletionTimestamp !== undefined,
    ({ metadata, status }) => ({ grace: metadata.deletionGracePeriodSeconds, status }),
  );
const term = (label: string) => ({
  topologyKey: "kubernetes.io/hostname",
  labelSelector: { matchLabels: { app: label } },
});

const VOLUMES = "/api/v1/persistentvolumes";
const using = (claimName: string) => ({ volumes: [{ name: "v", persistentVolumeClaim: { claimName } }] });
const claim = (name: string, spec: object): Step =>
  make(`${CORE}/persistentvolumeclaims`, name, {
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } }, ...spec },
  });
const storageClass = (name: string, provisioner: string): Step => ({
  ask: "POST /apis/storage.k8s.io/v1/storageclasses",
  body: { metadata: { name: `{ns}-${name}` }, provisioner, volumeBindingMode: "WaitForFirstConsumer" },
});
/** A disk of one node. */
const disk = (name: string, on: string, storageClassName: string, accessModes = ["ReadWriteOnce"]) => ({
  metadata: { name: `{ns}-${name}` },
  spec: {
    capacity: { storage: "1Gi" },
    accessModes,
    storageClassName,
    local: { path: "/disk" },
    nodeAffinity: {
      required: {
        nodeSelectorTerms: [
          { matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: [`{ns}-${on}`] }] },
        ],
      },
    },
  },
});

/** No node is emptied where none is well: another one is, and takes no pods. */
const witness = node("b", {}, { taints: [{ key: "only", effect: "NoSchedule" }] });
/** Beats the heart of that node until the other is long silent: it is believed gone after fifty seconds. */
const BEAT = `kubectl patch node {ns}-b --subresource=status -p '{"status":{"conditions":[{"type":"Ready","status":"True","lastHeartbeatTime":"'$(date -u +%FT%TZ)'"}]}}'`;
const KEEP_WITNESS = `version > /dev/null; for beat in $(seq 13); do ${BEAT} > /dev/null; sleep 5; done`;

const cases: readonly Case[] = [
  defineCase("node-joins", "nodes", [
    node("a", { "node-role.kubernetes.io/worker": "" }),
    joined("a"),
    look(`${NODES}/{ns}-a`, ({ metadata, spec }) => spec.taints === undefined && metadata.annotations !== undefined),
    {
      ask: "GET /api/v1/namespaces/default/events?fieldSelector=reason%3DRegisteredNode",
      until: ({ items }: Json) => items.length >= 1,
      see: ({ items }) => items.map(({ reason, message, source }: Json) => ({ reason, message, source })),
    },
    { kubectl: "get nodes" },
    { kubectl: "get nodes -o wide" },
    // What else is told of it depends on which loop comes first.
    { kubectl: "describe node {ns}-a | sed '/^Events/,$d'" },
    { kubectl: "cordon {ns}-a" },
    look(
      `${NODES}/{ns}-a`,
      ({ spec }) => spec.taints?.length === 1,
      ({ spec }) => spec,
    ),
    { kubectl: "get nodes" },
    { kubectl: "uncordon {ns}-a" },
    { kubectl: "taint nodes {ns}-a a=b:NoSchedule" },
    { kubectl: "drain {ns}-a" },
  ]),
  defineCase("node-not-ready", "nodes", [
    node("a"),
    witness,
    joined("a"),
    joined("b"),
    pod("brief", { tolerations: briefly }),
    pod("long"),
    bound("brief"),
    bound("long"),
    setReady("a", "False"),
    look(
      `${NODES}/{ns}-a`,
      ({ spec }) => spec.taints?.length === 2,
      ({ spec }) => spec.taints.map(({ key, effect }: Json) => ({ key, effect })),
    ),
    leaves("brief"),
    { ask: `GET ${CORE}/pods/long`, see: ({ metadata, status }) => ({ going: metadata.deletionTimestamp, status }) },
    setReady("a", "True"),
    look(
      `${NODES}/{ns}-a`,
      ({ spec }) => spec.taints === undefined,
      ({ spec }) => spec.taints,
    ),
    events({ TaintManagerEviction: 1 }),
  ]),
  defineCase("node-silent", "nodes", [
    node("a"),
    witness,
    joined("a"),
    joined("b"),
    pod("brief", { tolerations: briefly }),
    bound("brief"),
    { kubectl: KEEP_WITNESS },
    look(
      `${NODES}/{ns}-a`,
      ({ status }) =>
        status.conditions.some(({ type, status: state }: Json) => type === "Ready" && state === "Unknown"),
      ({ status }) => status.conditions,
    ),
    look(
      `${NODES}/{ns}-a`,
      ({ spec }) => spec.taints?.length === 2,
      ({ spec }) => spec.taints.map(({ key, effect }: Json) => ({ key, effect })),
    ),
    leaves("brief"),
    events({ Scheduled: 1, TaintManagerEviction: 1 }),
  ]),
  defineCase("node-deleted", "nodes", [
    node("a"),
    joined("a"),
    pod("lost"),
    bound("lost"),
    remove(`${NODES}/{ns}-a`),
    gone(`${CORE}/pods/lost`),
  ]),
  defineCase("scheduling-filters", "nodes", [
    node("a", { zone: "one", disk: "ssd" }),
    node("b", { zone: "two" }, { taints: [{ key: "only", value: "me", effect: "NoSchedule" }] }),
    node("c", { zone: "two" }, { unschedulable: true }),
    joined("a"),
    joined("b"),
    joined("c"),
    pod("plain"),
    bound("plain"),
    pod("large", asking("5")),
    refused("large"),
    pod("selects", { nodeSelector: { disk: "floppy" } }),
    refused("selects"),
    pod("tolerates", { nodeSelector: { zone: "two" }, tolerations: [{ key: "only", operator: "Exists" }] }),
    bound("tolerates"),
    pod("prefers", {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: "zone", operator: "In", values: ["three"] }] }],
          },
        },
      },
    }),
    refused("prefers"),
    pod("port", { containers: [{ ...container, ports: [{ containerPort: 80, hostPort: 8080 }] }] }),
    bound("port"),
    pod("same-port", { containers: [{ ...container, ports: [{ containerPort: 80, hostPort: 8080 }] }] }),
    refused("same-port"),
    pod("gated", { schedulingGates: [{ name: "example.com/wait" }] }),
    refused("gated"),
    pod("other-scheduler", { schedulerName: "nobody" }),
    pod(
      "apart",
      { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term("x")] } } },
      { app: "x" },
    ),
    bound("apart"),
    pod(
      "apart-too",
      { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term("x")] } } },
      { app: "x" },
    ),
    refused("apart-too"),
    pod("together", {
      affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term("nobody")] } },
    }),
    refused("together"),
    change(`${CORE}/pods/gated`, { spec: { schedulingGates: null } }),
    bound("gated"),
    { kubectl: "get pods" },
    { kubectl: "describe pod large" },
    events({ FailedScheduling: 6, Scheduled: 5 }),
  ]),
  defineCase("scheduling-volumes", "nodes", [
    node("a"),
    joined("a"),
    pod("volume", using("missing")),
    refused("volume"),
    claim("none", { storageClassName: "" }),
    remove(`${CORE}/pods/volume`, "?gracePeriodSeconds=0"),
    pod("volume", using("none")),
    refused("volume"),
    { ask: `POST ${VOLUMES}`, body: disk("a", "a", "") },
    bound("volume"),
  ]),
  defineCase("scheduling-late-volumes", "nodes", [
    node("a"),
    node("b"),
    joined("a"),
    joined("b"),
    storageClass("late", "kubernetes.io/no-provisioner"),
    storageClass("made", "example.com/disks"),
    claim("data", { storageClassName: "{ns}-late" }),
    pod("first", using("data")),
    refused("first"),
    { ask: `POST ${VOLUMES}`, body: disk("b", "b", "{ns}-late") },
    bound("first"),
    look(
      `${CORE}/persistentvolumeclaims/data`,
      ({ status }) => status.phase === "Bound",
      ({ metadata, spec, status }) => ({ annotations: metadata.annotations, spec, status }),
    ),
    look(
      `${VOLUMES}/{ns}-b`,
      ({ status }) => status.phase === "Bound",
      ({ metadata, spec }) => ({ annotations: metadata.annotations, claim: Object.keys(spec.claimRef) }),
    ),
    pod("elsewhere", { ...using("data"), nodeSelector: { "kubernetes.io/hostname": "{ns}-a" } }),
    refused("elsewhere"),
    claim("made", { storageClassName: "{ns}-made" }),
    pod("waiting", { ...using("made"), nodeSelector: { "kubernetes.io/hostname": "{ns}-a" } }),
    look(
      `${CORE}/persistentvolumeclaims/made`,
      ({ metadata }) => Object.keys(metadata.annotations ?? {}).length === 3,
      ({ metadata }) => metadata.annotations,
    ),
    look(`${CORE}/pods/waiting`, ({ status }) => status.nominatedNodeName !== undefined),
    change(`${CORE}/persistentvolumeclaims/made`, {
      metadata: { annotations: { "volume.kubernetes.io/selected-node": null } },
    }),
    look(
      `${CORE}/pods/waiting`,
      ({ status }) => status.conditions?.[0].reason === "SchedulerError",
      ({ status }) => status,
    ),
  ]),
  defineCase("scheduling-volume-of-one", "nodes", [
    node("a"),
    joined("a"),
    claim("single", { storageClassName: "", accessModes: ["ReadWriteOncePod"] }),
    { ask: `POST ${VOLUMES}`, body: disk("single", "a", "", ["ReadWriteOncePod"]) },
    look(
      `${CORE}/persistentvolumeclaims/single`,
      ({ status }) => status.phase === "Bound",
      ({ status }) => status,
    ),
    pod("first", using("single")),
    bound("first"),
    pod("second", using("single")),
    refused("second"),
    remove(`${CORE}/pods/first`, "?gracePeriodSeconds=0"),
    bound("second"),
  ]),
  defineCase("scheduling-spread", "nodes", [
    node("a", { zone: "one" }),
    node("b", { zone: "two" }, { taints: [{ key: "full", effect: "NoSchedule" }] }),
    joined("a"),
    joined("b"),
    ...["first", "second"].map((name) =>
      pod(
        name,
        {
          topologySpreadConstraints: [
            {
              maxSkew: 1,
              topologyKey: "zone",
              whenUnsatisfiable: "DoNotSchedule",
              labelSelector: { matchLabels: { app: "s" } },
            },
          ],
        },
        { app: "s" },
      ),
    ),
    look(
      `${CORE}/pods`,
      ({ items }) =>
        items.filter(({ spec }: Json) => spec.nodeName !== undefined).length === 1 &&
        items.some(({ status }: Json) => status.conditions?.[0].reason === "Unschedulable"),
      ({ items }) => items.map(({ status }: Json) => status.conditions[0].message ?? "").toSorted(),
    ),
    change(`${NODES}/{ns}-b`, { spec: { taints: null } }),
    look(
      `${CORE}/pods`,
      ({ items }) => items.every(({ spec }: Json) => spec.nodeName !== undefined),
      ({ items }) => items.map(({ spec }: Json) => spec.nodeName).toSorted(),
    ),
  ]),
  defineCase("scheduling-preemption", "nodes", [
    node("a"),
    joined("a"),
    { ask: "POST /apis/scheduling.k8s.io/v1/priorityclasses", body: { metadata: { name: "{ns}-high" }, value: 1000 } },
    {
      ask: "POST /apis/scheduling.k8s.io/v1/priorityclasses",
      body: { metadata: { name: "{ns}-polite" }, value: 1000, preemptionPolicy: "Never" },
    },
    pod("low", asking("1500m")),
    bound("low"),
    pod("polite", { ...asking("1500m"), priorityClassName: "{ns}-polite" }),
    refused("polite"),
    pod("high", { ...asking("1500m"), priorityClassName: "{ns}-high" }),
    look(
      `${CORE}/pods/high`,
      ({ status }) => status.nominatedNodeName !== undefined,
      ({ spec, status }) => ({ spec, status }),
    ),
    leaves("low"),
    remove(`${CORE}/pods/low`, "?gracePeriodSeconds=0"),
    bound("high"),
    events({ Preempted: 1, Scheduled: 2 }),
  ]),
  defineCase("daemonset", "nodes", [
    node("a"),
    node("b", {}, { taints: [{ key: "only", effect: "NoSchedule" }] }),
    joined("a"),
    joined("b"),
    make(`${APPS}/daemonsets`, "agent", { spec: { selector, template } }),
    look(`${APPS}/daemonsets/agent`, ({ status }) => status.currentNumberScheduled === 1),
    look(
      `${CORE}/pods`,
      ({ items }) => items.length === 1 && items[0].spec.nodeName !== undefined,
      ({ items }) => items[0].spec,
    ),
    node("c"),
    joined("c"),
    look(`${APPS}/daemonsets/agent`, ({ status }) => status.currentNumberScheduled === 2),
    change(`${APPS}/daemonsets/agent`, { spec: { template: { spec: { tolerations: [{ operator: "Exists" }] } } } }),
    look(
      `${APPS}/daemonsets/agent`,
      ({ status, metadata }) =>
        status.observedGeneration === metadata.generation &&
        status.desiredNumberScheduled === 3 &&
        status.updatedNumberScheduled >= 1,
      ({ status }) => status.desiredNumberScheduled,
    ),
    { kubectl: "get daemonsets" },
    events({ SuccessfulCreate: 3 }),
  ]),
];
export default cases;
