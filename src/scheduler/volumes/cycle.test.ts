import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node, Pod } from "../../api/generated/core-v1.ts";
import { SELECTED_NODE } from "../../api/core/v1/volume-binding.ts";
import { podInfo } from "../pod-info.ts";
import { planPreemption } from "../preemption.ts";
import { allPlugins } from "../plugins/all.ts";
import { nodeOf, outcomeOf, podOf, stateOf, verdictOf } from "../testing.ts";
import { claimOf, storageClassOf, type Volumes, using, volumeOf, volumesOf } from "./testing.ts";

interface Case {
  readonly name: string;
  readonly pod: Pod;
  readonly nodes?: readonly Node[];
  readonly pods?: readonly Pod[];
  readonly volumes: Volumes;
  readonly expected: string;
}

const withData = podOf("p", { spec: using("data") });
const own = [
  { name: "scratch", ephemeral: { volumeClaimTemplate: { spec: {} } } },
] as unknown as Pod["spec"]["volumes"];
const ephemeral = podOf("p", { spec: { volumes: own! } });
const ownClaim = (uid: string) =>
  claimOf("p-scratch", {
    volume: "v",
    metadata: {
      annotations: { "pv.kubernetes.io/bind-completed": "yes" },
      ownerReferences: [{ uid, controller: true }],
    },
  });
const late = [storageClassOf("late")];
const made = [storageClassOf("late", { provisioner: "example.com/disks" })];
const inZone = (zone: string) => [
  storageClassOf("late", {
    provisioner: "example.com/disks",
    allowedTopologies: [{ matchLabelExpressions: [{ key: "zone", values: [zone] }] }],
  }),
];
const onePod = claimOf("data", { volume: "v", spec: { accessModes: ["ReadWriteOncePod"] } });
const ebs = { volumes: [{ name: "d", awsElasticBlockStore: { volumeID: "1" } }] };
const topologyZone = "topology.kubernetes.io/zone";

const cases: readonly Case[] = [
  {
    name: "a claim that does not exist",
    pod: withData,
    volumes: {},
    expected: '0/1 nodes are available: persistentvolumeclaim "data" not found.',
  },
  {
    name: "a claim that is being deleted",
    pod: withData,
    volumes: { claims: [claimOf("data", { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } })] },
    expected: '0/1 nodes are available: persistentvolumeclaim "data" is being deleted.',
  },
  {
    name: "a claim whose volume is lost",
    pod: withData,
    volumes: { claims: [claimOf("data", { volume: "v", phase: "Lost" })] },
    expected: '0/1 nodes are available: persistentvolumeclaim "data" bound to non-existent persistentvolume "v".',
  },
  {
    name: "a bound claim whose volume is not there, before anybody has seen that it is lost",
    pod: withData,
    volumes: { claims: [claimOf("data", { volume: "v" })] },
    expected: '0/1 nodes are available: persistentvolume "v" not found.',
  },
  {
    name: "an ephemeral volume without its claim yet",
    pod: ephemeral,
    volumes: {},
    expected:
      '0/1 nodes are available: waiting for ephemeral volume controller to create the persistentvolumeclaim "p-scratch".',
  },
  {
    name: "a claim of the name of an ephemeral volume's that is somebody else's",
    pod: ephemeral,
    volumes: { claims: [ownClaim("other")], volumes: [volumeOf("v")] },
    expected: "0/1 nodes are available: PVC default/p-scratch was not created for pod default/p (pod is not owner).",
  },
  {
    name: "an ephemeral volume with its claim",
    pod: ephemeral,
    volumes: { claims: [ownClaim(ephemeral.metadata.uid)], volumes: [volumeOf("v")] },
    expected: "a",
  },
  {
    name: "an unbound claim of a class that binds at once",
    pod: withData,
    volumes: { claims: [claimOf("data")], classes: [storageClassOf("late", { volumeBindingMode: "Immediate" })] },
    expected: "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
  },
  {
    name: "an unbound claim whose class does not exist",
    pod: withData,
    volumes: { claims: [claimOf("data")] },
    expected: "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
  },
  {
    name: "an unbound claim that names its volume is for others to bind",
    pod: withData,
    volumes: { claims: [claimOf("data", { spec: { volumeName: "v" } })], volumes: [volumeOf("v")], classes: late },
    expected: "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
  },
  {
    name: "a bound claim keeps its pod where the volume is",
    pod: withData,
    nodes: [nodeOf("a"), nodeOf("b")],
    volumes: { claims: [claimOf("data", { volume: "v" })], volumes: [volumeOf("v", { node: "b" })] },
    expected: "b",
  },
  {
    name: "a volume that no node reaches",
    pod: withData,
    nodes: [nodeOf("a"), nodeOf("b")],
    volumes: { claims: [claimOf("data", { volume: "v" })], volumes: [volumeOf("v", { node: "c" })] },
    expected: "0/2 nodes are available: 2 node(s) didn't match PersistentVolume's node affinity.",
  },
  {
    name: "a delayed claim goes where there is a volume for it",
    pod: withData,
    nodes: [nodeOf("a"), nodeOf("b")],
    volumes: { claims: [claimOf("data")], volumes: [volumeOf("v", { node: "b" })], classes: late },
    expected: "b",
  },
  {
    name: "two delayed claims and one volume",
    pod: podOf("p", { spec: using("data", "more") }),
    volumes: { claims: [claimOf("data"), claimOf("more")], volumes: [volumeOf("v", { node: "a" })], classes: late },
    expected: "0/1 nodes are available: 1 node(s) didn't find available persistent volumes to bind.",
  },
  {
    name: "the small claim leaves the large volume to the large one",
    pod: podOf("p", { spec: using("large", "small") }),
    volumes: {
      claims: [claimOf("large", { spec: { resources: { requests: { storage: "5Gi" } } } }), claimOf("small")],
      volumes: [volumeOf("big", { storage: "5Gi" }), volumeOf("little")],
      classes: late,
    },
    expected: "a",
  },
  {
    name: "a volume that is meant for the claim rules out others",
    pod: withData,
    nodes: [nodeOf("a"), nodeOf("b")],
    volumes: {
      claims: [claimOf("data")],
      volumes: [
        volumeOf("free", { node: "a" }),
        volumeOf("meant", { node: "b", spec: { claimRef: { namespace: "default", name: "data" } } }),
      ],
      classes: late,
    },
    expected: "b",
  },
  {
    name: "a bound and a delayed claim that find nothing: both are told",
    pod: podOf("p", { spec: using("data", "more") }),
    volumes: {
      claims: [claimOf("data", { volume: "v" }), claimOf("more")],
      volumes: [volumeOf("v", { node: "b" })],
      classes: late,
    },
    expected:
      "0/1 nodes are available: 1 node(s) didn't find available persistent volumes to bind, 1 node(s) didn't match PersistentVolume's node affinity.",
  },
  {
    name: "a volume can be made anywhere",
    pod: withData,
    volumes: { claims: [claimOf("data")], classes: made },
    expected: "a",
  },
  {
    name: "volumes are made in one zone only",
    pod: withData,
    nodes: [nodeOf("a", { labels: { zone: "1" } }), nodeOf("b", { labels: { zone: "2" } })],
    volumes: { claims: [claimOf("data")], classes: inZone("2") },
    expected: "b",
  },
  {
    name: "a volume that is being made for another node",
    pod: withData,
    nodes: [nodeOf("a"), nodeOf("b")],
    volumes: { claims: [claimOf("data", { metadata: { annotations: { [SELECTED_NODE]: "b" } } })], classes: made },
    expected: "b",
  },
  {
    name: "a claim for one pod that has one",
    pod: withData,
    pods: [podOf("q", { node: "a", spec: using("data") })],
    volumes: { claims: [onePod], volumes: [volumeOf("v")] },
    expected:
      "0/1 nodes are available: 1 node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod.",
  },
  {
    name: "a claim for one pod that has none",
    pod: withData,
    pods: [podOf("q", { node: "a", spec: using("other") })],
    volumes: { claims: [onePod], volumes: [volumeOf("v")] },
    expected: "a",
  },
  {
    name: "a disk that a pod of the node writes",
    pod: podOf("p", { spec: ebs }),
    nodes: [nodeOf("a"), nodeOf("b")],
    pods: [podOf("q", { node: "a", spec: ebs })],
    volumes: {},
    expected: "b",
  },
  {
    name: "a volume in a zone",
    pod: withData,
    nodes: [nodeOf("a", { labels: { [topologyZone]: "1" } })],
    volumes: {
      claims: [claimOf("data", { volume: "v" })],
      volumes: [volumeOf("v", { labels: { "failure-domain.beta.kubernetes.io/zone": "2__3" } })],
    },
    expected: "0/1 nodes are available: 1 node(s) had no available volume zone.",
  },
  {
    name: "nodes that know no zones take volumes of any",
    pod: withData,
    volumes: {
      claims: [claimOf("data", { volume: "v" })],
      volumes: [volumeOf("v", { labels: { [topologyZone]: "2" } })],
    },
    expected: "a",
  },
];

for (const { name, pod, nodes = [nodeOf("a")], pods, volumes, expected } of cases) {
  test(`volumes: ${name}`, () => assert.equal(outcomeOf(pod, stateOf(nodes, pods, volumesOf(volumes))), expected));
}

test("volumes: whoever has a claim for one pod makes room for one of higher priority", () => {
  const user = podOf("q", { node: "a", spec: { ...using("data"), priority: 1 } });
  const nodes = [nodeOf("a"), nodeOf("b")];
  const state = stateOf(nodes, [user], volumesOf({ claims: [onePod], volumes: [volumeOf("v")] }));
  const pod = podOf("p", { spec: { ...using("data"), priority: 10 } });
  const verdict = verdictOf(pod, state);
  assert(verdict.type === "unschedulable");
  const preemption = planPreemption(podInfo(pod), verdict.nodes, state, allPlugins, () => false);
  assert(preemption.type === "victims");
  assert.equal(preemption.node.node!.metadata.name, "a");
  assert.deepEqual(
    preemption.victims.map(({ key }) => key),
    ["default/q"],
  );
});
