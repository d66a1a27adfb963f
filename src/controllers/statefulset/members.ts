import type { StatefulSet } from "../../api/generated/apps-v1.ts";
import type { PersistentVolumeClaim, Pod, PodTemplateSpec } from "../../api/generated/core-v1.ts";
import type { Draft, KubeObject, OwnerReference } from "../../machinery/object.ts";
import { controllerReference } from "../../reconciler/ownership.ts";

const REVISION_LABEL = "controller-revision-hash";
const NAME_LABEL = "statefulset.kubernetes.io/pod-name";
const INDEX_LABEL = "apps.kubernetes.io/pod-index";

export function firstOrdinal({ spec }: StatefulSet): number {
  return spec.ordinals?.start ?? 0;
}

/** The pod's number in its set; undefined for a pod whose name is not one of the set's. */
export function ordinalOf({ metadata }: Pod, set: StatefulSet): number | undefined {
  const found = /^(.*)-(\d+)$/.exec(metadata.name);
  return found?.[1] === set.metadata.name ? Number(found[2]) : undefined;
}

export function podName(set: StatefulSet, ordinal: number): string {
  return `${set.metadata.name}-${ordinal}`;
}

export function revisionOf({ metadata }: Pod): string {
  return metadata.labels?.[REVISION_LABEL] ?? "";
}

/** The pod of an ordinal: its name, its storage and its place in DNS stay the same for all pods that follow it. */
export function memberPod(set: StatefulSet, template: PodTemplateSpec, ordinal: number, revision: string): Draft<Pod> {
  const name = podName(set, ordinal);
  const { metadata = {}, spec } = template;
  return {
    metadata: {
      ...(metadata.annotations === undefined ? {} : { annotations: metadata.annotations }),
      ...(metadata.finalizers === undefined ? {} : { finalizers: metadata.finalizers }),
      name,
      generateName: `${set.metadata.name}-`,
      namespace: set.metadata.namespace,
      labels: { ...metadata.labels, ...identityLabels(name, ordinal), [REVISION_LABEL]: revision },
      ownerReferences: [controllerReference(set)],
    },
    spec: {
      ...spec!,
      hostname: name,
      ...((set.spec.serviceName ?? "") === "" ? {} : { subdomain: set.spec.serviceName }),
      volumes: volumesOf(set, spec?.volumes ?? [], ordinal),
    },
  };
}

/** The labels that the pod should have but has not. */
export function missingLabels(pod: Pod, ordinal: number): Readonly<Record<string, string>> | undefined {
  const labels = identityLabels(pod.metadata.name, ordinal);
  return pod.metadata.labels?.[NAME_LABEL] === labels[NAME_LABEL] ? undefined : labels;
}

export function claimName(set: StatefulSet, template: PersistentVolumeClaim, ordinal: number): string {
  return `${template.metadata.name}-${set.metadata.name}-${ordinal}`;
}

/** The claims of an ordinal, as they are made where they are missing. */
export function claimsOf(set: StatefulSet, ordinal: number): readonly Draft<PersistentVolumeClaim>[] {
  return (set.spec.volumeClaimTemplates ?? []).map((template) => ({
    metadata: {
      name: claimName(set, template, ordinal),
      namespace: set.metadata.namespace,
      ...(template.metadata.annotations === undefined ? {} : { annotations: template.metadata.annotations }),
      labels: { ...template.metadata.labels, ...set.spec.selector.matchLabels },
    },
    spec: template.spec,
  }));
}

/**
 * Who should own a claim: by its owners' deletion it goes too.
 * @param pod the pod that is scaled away; undefined for one that stays.
 * @returns undefined where the owners are right.
 */
export function claimOwners(
  set: StatefulSet,
  claim: PersistentVolumeClaim,
  pod: Pod | undefined,
): readonly OwnerReference[] | undefined {
  const { whenDeleted, whenScaled } = set.spec.persistentVolumeClaimRetentionPolicy ?? {};
  const present = claim.metadata.ownerReferences ?? [];
  const isOurs = ({ kind, name }: OwnerReference) =>
    (kind === "StatefulSet" && name === set.metadata.name) ||
    (kind === "Pod" && claim.metadata.name.endsWith(`-${name}`));
  const others = present.filter((reference) => !isOurs(reference));
  // A stranger who controls the claim decides about it.
  if (others.some(({ controller }) => controller === true))
    return others.length === present.length ? undefined : others;
  const owners: KubeObject[] = [];
  if (pod !== undefined && whenScaled === "Delete") owners.push(pod);
  else if (whenDeleted === "Delete") owners.push(set);
  const wanted = [...others, ...owners.map(controllerReference)];
  const same = wanted.length === present.length && wanted.every(({ uid }) => present.some((own) => own.uid === uid));
  return same ? undefined : wanted;
}

function identityLabels(name: string, ordinal: number): Readonly<Record<string, string>> {
  return { [NAME_LABEL]: name, [INDEX_LABEL]: String(ordinal) };
}

function volumesOf(
  set: StatefulSet,
  volumes: NonNullable<NonNullable<PodTemplateSpec["spec"]>["volumes"]>,
  ordinal: number,
) {
  const templates = set.spec.volumeClaimTemplates ?? [];
  const claimed = templates.map((template) => ({
    name: template.metadata.name,
    persistentVolumeClaim: { claimName: claimName(set, template, ordinal) },
  }));
  return [...claimed, ...volumes.filter(({ name }) => !claimed.some((claim) => claim.name === name))];
}
