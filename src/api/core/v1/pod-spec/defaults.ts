import type { Mutable, ObjectMeta } from "../../../../machinery/object.ts";
import type { PodSpec, PodTemplateSpec, ResourceRequirements, Volume } from "../../../generated/core-v1.ts";
import { defaultPullPolicy } from "../../../image-name.ts";
import { roundResources } from "./resource-list.ts";

/** The defaults of what pods are made from. */
export function defaultTemplate({ metadata, spec }: Mutable<PodTemplateSpec>): void {
  forgetInitAnnotations(metadata);
  defaultPodSpec(spec);
}

/** Init containers were annotations once; no kubelet is to take them for the field. */
export function forgetInitAnnotations(metadata: Mutable<Pick<ObjectMeta, "annotations">>): void {
  const { annotations } = metadata;
  if (annotations === undefined) return;
  for (const stage of ["alpha", "beta"]) {
    for (const what of ["init-containers", "init-container-statuses"])
      delete annotations[`pod.${stage}.kubernetes.io/${what}`];
  }
  if (Object.keys(annotations).length === 0) delete metadata.annotations;
}

/** The defaults of every pod specification that hang on other fields, in pods and in templates, in place. */
export function defaultPodSpec(spec: Mutable<PodSpec>): void {
  sayServiceAccountTwice(spec);
  for (const volume of spec.volumes ?? []) defaultVolume(volume);
  for (const containers of [spec.initContainers, spec.containers, spec.ephemeralContainers]) {
    for (const container of containers ?? []) {
      container.imagePullPolicy ??= defaultPullPolicy(container.image ?? "");
      roundRequirements(container.resources);
    }
  }
  roundResources(spec.overhead);
  if (spec.resources !== undefined) roundRequirements(spec.resources);
}

/** Older clients know one of two names. */
export function sayServiceAccountTwice(spec: Mutable<PodSpec>): void {
  const name = spec.serviceAccountName || spec.serviceAccount;
  if (!name) return;
  spec.serviceAccountName = name;
  spec.serviceAccount = name;
}

function roundRequirements(requirements: Mutable<Pick<ResourceRequirements, "limits" | "requests">>): void {
  roundResources(requirements.limits);
  roundResources(requirements.requests);
}

function defaultVolume(volume: Mutable<Volume>): void {
  if (hasNoSource(volume)) volume.emptyDir = {};
  if (volume.image !== undefined) volume.image.pullPolicy ??= defaultPullPolicy(volume.image.reference ?? "");
  const claim = volume.ephemeral?.volumeClaimTemplate;
  if (claim !== undefined) roundRequirements(claim.spec.resources);
}

function hasNoSource(volume: Mutable<Volume>): boolean {
  for (const name in volume) if (name !== "name" && volume[name as keyof Volume] !== undefined) return false;
  return true;
}
