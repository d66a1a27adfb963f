import { sameJson } from "../../../../machinery/same-json.ts";
import type { Container, PodSpec } from "../../../generated/core-v1.ts";
import { appArmorProfileOf, oldAppArmor } from "../app-armor.ts";
import { APPARMOR_PREFIX, SECCOMP_PREFIX } from "../pod-spec/annotations.ts";
import { fractionWarnings } from "../pod-spec/resource-list.ts";

export type Annotations = Readonly<Record<string, string>>;

export function* containerWarnings({ resources, env }: Container, at: string): Iterable<string> {
  for (const name of BYTES) {
    for (const part of ["limits", "requests"] as const) {
      yield* fractionWarnings(resources[part], [name], `${at}.resources.${part}`);
    }
  }
  const seen = new Set<string>();
  for (const [index, { name, value = "", valueFrom }] of (env ?? []).entries()) {
    const reference = `$(${name})`;
    if (seen.has(name) && (valueFrom !== undefined || value === reference || !value.includes(reference))) {
      yield `${at}.env[${index}]: hides previous definition of "${name}", which may be dropped when using apply`;
    }
    seen.add(name);
  }
}

/** The resources of pods that are counted in bytes. */
export const BYTES = ["memory", "ephemeral-storage"];

/** Of annotations in place of a container's fields. @param template tells pods, which get the fields of such annotations, apart */
export function* profileWarnings(
  { name, securityContext = {} }: Container,
  spec: PodSpec,
  annotations: Annotations,
  template: boolean,
  at: string,
): Iterable<string> {
  const seccomp = SECCOMP_PREFIX + name;
  if (securityContext.seccompProfile === undefined && annotations[seccomp] !== undefined) {
    yield `${at}[${seccomp}]: ${OLD_SECCOMP}`;
  }
  const appArmor = annotations[APPARMOR_PREFIX + name];
  if (!template || appArmor === undefined || securityContext.appArmorProfile !== undefined) return;
  const ofPod = spec.securityContext?.appArmorProfile;
  if (ofPod !== undefined && sameJson(ofPod, appArmorProfileOf(appArmor))) return;
  yield oldAppArmor(name, at);
}

export const OLD_SECCOMP = `non-functional in v1.27+; use the "seccompProfile" field instead`;
