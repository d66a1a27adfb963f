import { forbidden, invalid } from "../../../../machinery/issue.ts";
import type { Issues } from "../../../checks.ts";
import type { AppArmorProfile, PodSpec, SeccompProfile, Toleration } from "../../../generated/core-v1.ts";
import { unmarshalList } from "../../../unmarshal-problem.ts";
import { checkDescendingPath } from "./paths.ts";
import { checkTolerations } from "./scheduling.ts";
import { eachContainer } from "./security.ts";

type Annotations = Readonly<Record<string, string>>;

export const MIRROR = "kubernetes.io/config.mirror";
export const APPARMOR_PREFIX = "container.apparmor.security.beta.kubernetes.io/";
const TOLERATIONS = "scheduler.alpha.kubernetes.io/tolerations";
const DELETION_COST = "controller.kubernetes.io/pod-deletion-cost";
export const SECCOMP_POD = "seccomp.security.alpha.kubernetes.io/pod";
export const SECCOMP_PREFIX = "container.seccomp.security.alpha.kubernetes.io/";

/** Annotations that mean something to Kubernetes. */
export function checkPodAnnotations(annotations: Annotations, spec: PodSpec, at: string, issues: Issues): void {
  const mirror = annotations[MIRROR];
  if (mirror !== undefined && !spec.nodeName) {
    issues.push(invalid(`${at}[${MIRROR}]`, mirror, "must set spec.nodeName if mirror pod annotation is set"));
  }
  checkOldTolerations(annotations, at, issues);
  const cost = annotations[DELETION_COST];
  if (cost !== undefined && !isInt32(cost)) {
    issues.push(invalid(`${at}[${DELETION_COST}]`, cost, "must be a 32bit integer"));
  }
  for (const key in annotations) {
    if (key !== SECCOMP_POD && !key.startsWith(SECCOMP_PREFIX)) continue;
    checkSeccompText(annotations[key]!, `${at}.${key}`, issues);
  }
  for (const key in annotations) {
    if (key.startsWith(APPARMOR_PREFIX)) checkAppArmorText(key, annotations[key]!, spec, `${at}[${key}]`, issues);
  }
}

/** Tolerations were an annotation once; kubelets ignore it, and Kubernetes checks it still. */
function checkOldTolerations(annotations: Annotations, at: string, issues: Issues): void {
  const text = annotations[TOLERATIONS];
  if (!text) return;
  const tolerations = unmarshalList<Toleration>(text, "core.Toleration", {
    key: "string",
    operator: "core.TolerationOperator",
    value: "string",
    effect: "core.TaintEffect",
    tolerationSeconds: "int64",
  });
  if (typeof tolerations === "string") issues.push(invalid(at, TOLERATIONS, tolerations));
  else checkTolerations(tolerations, `${at}.${TOLERATIONS}`, issues);
}

function isInt32(text: string): boolean {
  if (!/^(?:0|-?[1-9]\d*)$/.test(text)) return false;
  const value = Number(text);
  return value >= -(2 ** 31) && value < 2 ** 31;
}

function checkSeccompText(profile: string, at: string, issues: Issues): void {
  if (profile === "runtime/default" || profile === "docker/default" || profile === "unconfined") return;
  if (profile.startsWith("localhost/")) checkDescendingPath(profile.slice("localhost/".length), at, issues);
  else issues.push(invalid(at, profile, "must be a valid seccomp profile"));
}

function checkAppArmorText(key: string, profile: string, spec: PodSpec, at: string, issues: Issues): void {
  const name = key.slice(APPARMOR_PREFIX.length);
  const found = [...eachContainer(spec, "spec")].some(([container]) => container.name === name);
  if (!found) issues.push(invalid(at, name, "container not found"));
  const known = profile === "" || profile === "runtime/default" || profile === "unconfined";
  if (!known && !profile.startsWith("localhost/")) {
    issues.push(invalid(at, profile, `invalid AppArmor profile name: "${profile}"`));
  }
}

/** Older clients write profiles as annotations: both forms must say the same. */
export function checkProfilesAgree(annotations: Annotations, spec: PodSpec, specAt: string, issues: Issues): void {
  const podSeccomp = spec.securityContext?.seccompProfile;
  const podText = annotations[SECCOMP_POD];
  if (podSeccomp !== undefined && podText !== undefined) {
    checkAgreement("seccomp", podSeccomp, podText, `${specAt}.securityContext.seccompProfile`, issues);
  }
  const containers = [...eachContainer(spec, specAt)];
  for (const [{ name, securityContext }, at] of containers) {
    const profile = securityContext?.seccompProfile;
    const text = annotations[SECCOMP_PREFIX + name];
    if (profile !== undefined && text !== undefined) {
      checkAgreement("seccomp", profile, text, `${at}.securityContext.seccompProfile`, issues);
    }
  }
  if (spec.os?.name === "windows") return;
  for (const [{ name, securityContext }, at] of containers) {
    const profile = securityContext?.appArmorProfile ?? spec.securityContext?.appArmorProfile;
    const text = annotations[APPARMOR_PREFIX + name];
    if (profile !== undefined && text !== undefined) {
      checkAgreement("apparmor", profile, text, `${at}.securityContext.appArmorProfile`, issues);
    }
  }
}

function checkAgreement(
  what: "seccomp" | "apparmor",
  { type, localhostProfile }: SeccompProfile | AppArmorProfile,
  text: string,
  at: string,
  issues: Issues,
): void {
  const same =
    type === "Unconfined"
      ? text === "unconfined"
      : type === "RuntimeDefault"
        ? text === "runtime/default" || (what === "seccomp" && text === "docker/default")
        : text.startsWith("localhost/");
  if (!same) issues.push(forbidden(`${at}.type`, `${what} type in annotation and field must match`));
  else if (type === "Localhost" && text.slice("localhost/".length) !== localhostProfile) {
    issues.push(forbidden(`${at}.localhostProfile`, `${what} profile in annotation and field must match`));
  }
}
