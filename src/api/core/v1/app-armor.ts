import { sameJson } from "../../../machinery/same-json.ts";
import type { Mutable } from "../../../machinery/object.ts";
import type { Issues } from "../../checks.ts";
import type { AppArmorProfile, Container, Pod, PodSpec } from "../../generated/core-v1.ts";
import type { RuleContext } from "../../kind.ts";
import { APPARMOR_PREFIX } from "./pod-spec/annotations.ts";
import { checkAppArmor } from "./pod-spec/security.ts";

/** A container of a new pod whose profile is said by an annotation alone gets the field, unless the pod's own says the same. */
export function fillAppArmorProfiles({ metadata, spec }: Mutable<Pod>, { warn }: Pick<RuleContext, "warn">): void {
  if (spec.os?.name === "windows") return;
  const ofPod = spec.securityContext?.appArmorProfile;
  for (const container of containersOf(spec)) {
    const annotation = metadata.annotations?.[APPARMOR_PREFIX + container.name];
    if (annotation === undefined || container.securityContext?.appArmorProfile !== undefined) continue;
    const profile = validProfile(annotation);
    if (profile !== undefined && ofPod !== undefined && sameJson(profile, ofPod)) continue;
    if (profile !== undefined) (container.securityContext ??= {}).appArmorProfile = profile;
    warn(oldAppArmor(container.name, "metadata.annotations"));
  }
}

function* containersOf(spec: Mutable<PodSpec>): Iterable<Mutable<Container>> {
  for (const part of ["initContainers", "containers"] as const) yield* spec[part] ?? [];
}

/** What an annotation of older clients says as a field. */
export function appArmorProfileOf(annotation: string): AppArmorProfile | undefined {
  if (annotation === "unconfined") return { type: "Unconfined" };
  if (annotation === "runtime/default") return { type: "RuntimeDefault" };
  const localhostProfile = /^localhost\/(.+)$/s.exec(annotation)?.[1];
  return localhostProfile === undefined ? undefined : { type: "Localhost", localhostProfile };
}

/** @param at of the annotations */
export function oldAppArmor(container: string, at: string): string {
  return `${at}[${APPARMOR_PREFIX}${container}]: deprecated since v1.30; use the "appArmorProfile" field instead`;
}

function validProfile(annotation: string): AppArmorProfile | undefined {
  const profile = appArmorProfileOf(annotation);
  const issues: Issues = [];
  checkAppArmor(profile, "", issues);
  return issues.length === 0 ? profile : undefined;
}
