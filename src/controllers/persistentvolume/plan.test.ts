import assert from "node:assert/strict";
import { test } from "node:test";
import type { PersistentVolume, PersistentVolumeClaim } from "../../api/generated/core-v1.ts";
import type { StorageClass } from "../../api/generated/storage-v1.ts";
import { planClaim, planVolume } from "./plan.ts";

const CLASSES: Readonly<Record<string, object>> = {
  fast: { provisioner: "example.com/fast", volumeBindingMode: "Immediate" },
  late: { provisioner: "kubernetes.io/no-provisioner", volumeBindingMode: "WaitForFirstConsumer" },
};

for (const { name, spec = {}, annotations = {}, volumes = [], plan } of [
  { name: "nothing there", plan: "wait FailedBinding" },
  {
    name: "the smallest that is large enough",
    volumes: [pv("b", "5Gi"), pv("s", "1Gi"), pv("a", "2Gi")],
    plan: "bind a",
  },
  { name: "too small", volumes: [pv("a", "1Gi")], plan: "wait FailedBinding" },
  { name: "other access", spec: { accessModes: ["ReadWriteMany"] }, volumes: [pv("a")], plan: "wait FailedBinding" },
  { name: "another's", volumes: [pv("a", "2Gi", { claimRef: reference("other") })], plan: "wait FailedBinding" },
  {
    name: "one that is meant for it comes first",
    volumes: [pv("a"), pv("b", "9Gi", { claimRef: reference("data", "") })],
    plan: "bind b",
  },
  { name: "labels", spec: { selector: { matchLabels: { a: "b" } } }, volumes: [pv("a")], plan: "wait FailedBinding" },
  { name: "another class", spec: { storageClassName: "fast" }, volumes: [pv("a")], plan: "wait ExternalProvisioning" },
  { name: "no such class", spec: { storageClassName: "none" }, volumes: [], plan: "wait ProvisioningFailed" },
  {
    name: "a class that waits for a pod takes nothing",
    spec: { storageClassName: "late" },
    volumes: [pv("a", "2Gi", { storageClassName: "late" })],
    plan: "wait WaitForFirstConsumer",
  },
  { name: "a chosen volume that is not there yet", spec: { volumeName: "a" }, plan: "wait" },
  { name: "a chosen volume", spec: { volumeName: "a" }, volumes: [pv("a")], plan: "bind a" },
  {
    name: "a chosen volume that is another's",
    spec: { volumeName: "a" },
    volumes: [pv("a", "2Gi", { claimRef: reference("other") })],
    plan: "wait",
  },
  {
    name: "a bound one whose volume is gone",
    spec: { volumeName: "a" },
    annotations: { "pv.kubernetes.io/bind-completed": "yes" },
    plan: "lose ClaimLost",
  },
] as readonly Case[]) {
  test(`a claim: ${name}: ${plan}`, () => {
    const classNamed = (one: string) => CLASSES[one] as StorageClass | undefined;
    const planned = planClaim(claim(spec, annotations), volumes, classNamed);
    const text =
      planned.do === "bind" ? `bind ${planned.volume.metadata.name}` : `${planned.do} ${planned.event?.reason ?? ""}`;
    assert.equal(text.trim(), plan);
  });
}

for (const { name, volume, of, plan } of [
  { name: "nobody's", volume: pv("a"), plan: "Available" },
  { name: "meant for somebody", volume: pv("a", "1Gi", { claimRef: reference("data", "") }), plan: "Available" },
  {
    name: "bound",
    volume: pv("a", "1Gi", { claimRef: reference("data") }),
    of: claim({ volumeName: "a" }),
    plan: "Bound",
  },
  { name: "just taken", volume: pv("a", "1Gi", { claimRef: reference("data") }), of: claim({}), plan: "Available" },
  { name: "its claim is gone", volume: pv("a", "1Gi", { claimRef: reference("data") }), plan: "Released" },
  {
    name: "its claim has another",
    volume: pv("a", "1Gi", { claimRef: reference("data") }),
    of: claim({ volumeName: "b" }),
    plan: "unbind",
  },
] as const) {
  test(`a volume: ${name}: ${plan}`, () => {
    const planned = planVolume(volume, of);
    assert.equal(planned.do === "phase" ? planned.phase : planned.do, plan);
  });
}

interface Case {
  readonly name: string;
  readonly spec?: object;
  readonly annotations?: Record<string, string>;
  readonly volumes?: readonly PersistentVolume[];
  readonly plan: string;
}

function claim(spec: object, annotations: Record<string, string> = {}): PersistentVolumeClaim {
  return {
    metadata: { name: "data", namespace: "default", uid: "data", annotations },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "2Gi" } }, ...spec },
    status: { phase: "Pending" },
  } as unknown as PersistentVolumeClaim;
}

function pv(name: string, storage = "2Gi", spec: object = {}): PersistentVolume {
  return {
    metadata: { name },
    spec: { capacity: { storage }, accessModes: ["ReadWriteOnce"], ...spec },
    status: { phase: "Available" },
  } as unknown as PersistentVolume;
}

function reference(name: string, uid = name) {
  return { namespace: "default", name, uid };
}
