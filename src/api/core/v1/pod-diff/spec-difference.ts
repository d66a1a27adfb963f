import { copyWithGivenEmpty } from "../../../../machinery/given-empty.ts";
import { jsonOfGo } from "../../../../machinery/go-json.ts";
import type {
  EphemeralContainer,
  PersistentVolumeClaimSpec,
  PersistentVolumeSpec,
  PodSpec,
  PodTemplateSpec,
} from "../../../generated/core-v1.ts";
import type { VolumeSourceName } from "../persistent-volume-sources.ts";
import { type InternalForm, internalForm, volumeSourceForm } from "./internal-form.ts";
import { unifiedDiff } from "./unified-diff.ts";

/** How two pod specifications differ, as Kubernetes shows it: a diff of the form that they have within its server. */
export function specDifference(old: Partial<PodSpec>, next: Partial<PodSpec>): string {
  return unifiedDiff(linesOf(old), linesOf(next));
}

/** The same for one of its ephemeral containers. */
export function ephemeralDifference(old: EphemeralContainer, next: EphemeralContainer): string {
  return unifiedDiff(ephemeralLines(old), ephemeralLines(next));
}

function ephemeralLines(container: EphemeralContainer): readonly string[] {
  return jsonOfGo(internalForm("EphemeralContainer", container), 1).split("\n");
}

/** The same for what volumes are claimed with. */
export function claimDifference(old: PersistentVolumeClaimSpec, next: PersistentVolumeClaimSpec): string {
  return unifiedDiff(claimLines(old), claimLines(next));
}

function claimLines(spec: PersistentVolumeClaimSpec): readonly string[] {
  return jsonOfGo(internalForm("PersistentVolumeClaimSpec", spec), 1).split("\n");
}

/** The same for the sources of volumes. */
export function volumeSourceDifference(old: Sources, next: Sources): string {
  return unifiedDiff(sourceLines(old), sourceLines(next));
}

type Sources = Pick<PersistentVolumeSpec, VolumeSourceName>;

function sourceLines(sources: Sources): readonly string[] {
  return jsonOfGo(volumeSourceForm(sources), 1).split("\n");
}

/** A template as messages show it. */
export function templateForm({ metadata, spec }: PodTemplateSpec): InternalForm {
  return { ...metadata, Spec: internalForm("PodSpec", regrouped(spec)) };
}

function linesOf(spec: Partial<PodSpec>): readonly string[] {
  return jsonOfGo(internalForm("PodSpec", regrouped(spec)), 1).split("\n");
}

/** Within the server what a pod shares with its host belongs to the security context. */
function regrouped(spec: Partial<PodSpec>): InternalForm {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers } = spec;
  const shared = { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers };
  const securityContext = copyWithGivenEmpty((spec.securityContext ?? {}) as InternalForm, shared);
  return copyWithGivenEmpty(spec as InternalForm, { securityContext });
}
