import { dnsSubdomain } from "../../../machinery/formats.ts";
import { givenEmpty } from "../../../machinery/given-empty.ts";
import { forbidden, invalid, notSupported, required } from "../../../machinery/issue.ts";
import { parseQuantity, quantityAsNumber } from "../../../machinery/quantity.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { checkPositiveQuantity, isNegativeQuantity } from "../../amounts.ts";
import { checkFormat, checkOneOf, checkOptionalOneOf, IMMUTABLE, type Issues } from "../../checks.ts";
import type { NodeSelectorTerm, PersistentVolume, PersistentVolumeSpec } from "../../generated/core-v1.ts";
import { checkModes, VOLUME_MODES } from "./claim-spec.ts";
import { checkNodeSelector } from "./node-selector.ts";
import { checkVolumeSource, VOLUME_SOURCES, type VolumeSourceName } from "./persistent-volume-sources.ts";
import { internalForm } from "./pod-diff/internal-form.ts";
import { volumeSourceDifference } from "./pod-diff/spec-difference.ts";

const RECLAIM_POLICIES = ["Delete", "Recycle", "Retain"];
const MOUNT_OPTIONS = "volume.beta.kubernetes.io/mount-options";

export function checkPersistentVolume(volume: PersistentVolume, issues: Issues): void {
  checkSpec(volume, issues);
  checkMountOptions(volume, issues);
}

/** A volume's source stays what it is, except that a secret to grow it with may come in. */
export function checkPersistentVolumeUpdate(volume: PersistentVolume, old: PersistentVolume, issues: Issues): void {
  // Kubernetes looks at the whole a second time here, its mount options apart.
  checkSpec(volume, issues);
  const before = sourcesOf(old.spec);
  const next = sourcesOf(volume.spec);
  if (before.csi !== undefined && next.csi !== undefined && before.csi.controllerExpandSecretRef === undefined) {
    const { controllerExpandSecretRef: _, ...csi } = next.csi;
    next.csi = csi;
  }
  if (!sameJson(next, before)) {
    const why = `spec.persistentvolumesource is immutable after creation\n${volumeSourceDifference(before, next)}`;
    issues.push(forbidden("spec.persistentvolumesource", why));
  }
  if (volume.spec.volumeMode !== old.spec.volumeMode) {
    issues.push(invalid("volumeMode", volume.spec.volumeMode ?? null, IMMUTABLE));
  }
  if (!staysNear(volume.spec.nodeAffinity, old.spec.nodeAffinity)) {
    const { nodeAffinity } = volume.spec;
    const shown = nodeAffinity === undefined ? null : internalForm("VolumeNodeAffinity", nodeAffinity);
    issues.push(invalid("nodeAffinity", shown, `${IMMUTABLE}, except for updating from beta label to GA`));
  }
  if (old.spec.volumeAttributesClassName !== undefined && volume.spec.volumeAttributesClassName === undefined) {
    issues.push(forbidden("spec.volumeAttributesClassName", "update from non-nil value to nil is forbidden"));
  }
}

/** Labels of nodes of the first days, and what they are called today. */
const TODAY: Readonly<Record<string, string>> = {
  "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
  "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
  "beta.kubernetes.io/os": "kubernetes.io/os",
  "beta.kubernetes.io/arch": "kubernetes.io/arch",
  "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
};

type NodeAffinity = PersistentVolumeSpec["nodeAffinity"];

/** Where a volume can be reached stays what it is: its labels alone may be called by their names of today. */
function staysNear(next: NodeAffinity, old: NodeAffinity): boolean {
  if (old === undefined) return true;
  const terms = (affinity: NodeAffinity) => affinity?.required?.nodeSelectorTerms ?? [];
  const before = terms(old);
  const renamed = terms(next).map((term, index) => ({
    ...term,
    ...keepOldNames("matchExpressions", term, before[index]),
    ...keepOldNames("matchFields", term, before[index]),
  }));
  return next?.required === undefined || old.required === undefined
    ? sameJson(next, old)
    : sameJson({ required: { nodeSelectorTerms: renamed } }, { required: { nodeSelectorTerms: before } });
}

function keepOldNames(
  part: "matchExpressions" | "matchFields",
  term: NodeSelectorTerm,
  before: NodeSelectorTerm | undefined,
): NodeSelectorTerm {
  const requirements = term[part]?.map((requirement, index) => {
    const key = before?.[part]?.[index]?.key;
    return key !== undefined && TODAY[key] === requirement.key ? { ...requirement, key } : requirement;
  });
  return requirements === undefined ? {} : { [part]: requirements };
}

type Sources = { -readonly [Name in VolumeSourceName]?: PersistentVolumeSpec[Name] };

function sourcesOf(spec: PersistentVolumeSpec): Sources {
  return Object.fromEntries(VOLUME_SOURCES.flatMap((name) => (spec[name] === undefined ? [] : [[name, spec[name]]])));
}

function checkSpec({ metadata, spec }: PersistentVolume, issues: Issues): void {
  const { accessModes = [] } = spec;
  if (accessModes.length === 0) issues.push(required("spec.accessModes"));
  checkModes(accessModes, "spec.accessModes", issues);
  checkCapacity(spec, "spec.capacity", issues);
  if (spec.persistentVolumeReclaimPolicy) {
    checkOneOf(spec.persistentVolumeReclaimPolicy, RECLAIM, RECLAIM_POLICIES, issues);
  }
  if (spec.nodeAffinity !== undefined) {
    const { required: wanted } = spec.nodeAffinity;
    const at = "spec.nodeAffinity.required";
    if (wanted === undefined) issues.push(required(at, "must specify required node constraints"));
    else checkNodeSelector(wanted, at, issues);
  }
  checkSources(metadata.name, spec, issues);
  if (spec.storageClassName) checkFormat(spec.storageClassName, "spec.storageClassName", dnsSubdomain, issues);
  checkOptionalOneOf(spec.volumeMode, "spec.volumeMode", VOLUME_MODES, issues);
  checkAttributesClass(spec, issues);
}

const RECLAIM = "spec.persistentVolumeReclaimPolicy";

function checkCapacity(spec: PersistentVolumeSpec, at: string, issues: Issues): void {
  const { capacity = {} } = spec;
  const names = Object.keys(capacity);
  if (names.length === 0) issues.push(required(at));
  if (names.length !== 1 || names[0] !== "storage") {
    issues.push(notSupported(at, names.length === 0 ? (givenEmpty(spec, "capacity") ?? null) : capacity, ["storage"]));
  }
  for (const name of names) {
    const amount = capacity[name]!;
    const here = `${at}[${name}]`;
    if (isNegativeQuantity(amount)) {
      issues.push(invalid(here, quantityAsNumber(parseQuantity(amount)), "must be a valid resource quantity"));
    }
    checkPositiveQuantity(amount, here, issues);
  }
}

/** Kubernetes names some sources otherwise where it refuses them, and otherwise again within them. */
const REFUSED_AS: Readonly<Record<string, string>> = { cephfs: "cephFS" };
const CHECKED_AS: Readonly<Record<string, string>> = { gcePersistentDisk: "persistentDisk" };

function checkSources(name: string, spec: PersistentVolumeSpec, issues: Issues): void {
  let found = false;
  for (const source of VOLUME_SOURCES) {
    if (spec[source] === undefined) continue;
    // A flexible volume may be one too many.
    if (found && source !== "flexVolume") {
      issues.push(forbidden(`spec.${REFUSED_AS[source] ?? source}`, "may not specify more than 1 volume type"));
      continue;
    }
    found = true;
    checkVolumeSource(source, spec, name, `spec.${CHECKED_AS[source] ?? source}`, issues);
    if (source === "local" && spec.nodeAffinity === undefined) {
      issues.push(required("spec.nodeAffinity", "Local volume requires node affinity"));
    }
  }
  if (!found) issues.push(required("spec", "must specify a volume type"));
  const isRoot = spec.hostPath !== undefined && /^\/[/.]*$/.test(spec.hostPath.path);
  if (isRoot && spec.persistentVolumeReclaimPolicy === "Recycle") {
    issues.push(forbidden(RECLAIM, "may not be 'recycle' for a hostPath mount of '/'"));
  }
}

function checkAttributesClass({ volumeAttributesClassName, csi }: PersistentVolumeSpec, issues: Issues): void {
  if (volumeAttributesClassName === undefined) return;
  const at = "spec.volumeAttributesClassName";
  if (volumeAttributesClassName === "") issues.push(required(at, "an empty string is disallowed"));
  else checkFormat(volumeAttributesClassName, at, dnsSubdomain, issues);
  if (csi === undefined) issues.push(required("spec.csi", "has to be specified when using volumeAttributesClassName"));
}

/** Sources that are mounted with options of one's own. */
const MOUNTED: readonly VolumeSourceName[] = [
  "gcePersistentDisk",
  "awsElasticBlockStore",
  "glusterfs",
  "nfs",
  "rbd",
  "quobyte",
  "iscsi",
  "cinder",
  "cephfs",
  "azureFile",
  "vsphereVolume",
  "azureDisk",
  "photonPersistentDisk",
];

function checkMountOptions({ metadata, spec }: PersistentVolume, issues: Issues): void {
  if (metadata.annotations?.[MOUNT_OPTIONS] === undefined || MOUNTED.some((name) => spec[name] !== undefined)) return;
  const at = `metadata.annotations.${MOUNT_OPTIONS}`;
  issues.push(forbidden(at, "may not specify mount options for this volume type"));
}
