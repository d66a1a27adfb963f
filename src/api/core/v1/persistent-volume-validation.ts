import { forbidden, invalid } from "../../../machinery/issue.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { IMMUTABLE, type Issues } from "../../checks.ts";
import type { NodeSelectorTerm, PersistentVolume, PersistentVolumeSpec } from "../../generated/core-v1.ts";
import { VOLUME_SOURCES, type VolumeSourceName } from "./persistent-volume-sources.ts";
import { checkVolumeSpec } from "./persistent-volume-spec.ts";
import { internalForm } from "./pod-diff/internal-form.ts";
import { volumeSourceDifference } from "./pod-diff/spec-difference.ts";

const MOUNT_OPTIONS = "volume.beta.kubernetes.io/mount-options";

export function checkPersistentVolume(volume: PersistentVolume, issues: Issues): void {
  checkVolumeSpec(volume.spec, volume.metadata.name, issues);
  checkMountOptions(volume, issues);
}

/** A volume's source stays what it is, except that a secret to grow it with may come in. */
export function checkPersistentVolumeUpdate(volume: PersistentVolume, old: PersistentVolume, issues: Issues): void {
  // Kubernetes looks at the whole a second time here, its mount options apart.
  checkVolumeSpec(volume.spec, volume.metadata.name, issues);
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
