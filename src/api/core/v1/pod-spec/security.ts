import { duplicate, forbidden, invalid, notSupported, required, tooLong } from "../../../../machinery/issue.ts";
import { byteLength } from "../../../../machinery/formats.ts";
import { checkOneOf, checkOptionalOneOf, checkRange, type Issues } from "../../../checks.ts";
import type { AppArmorProfile, PodSpec, SeccompProfile, SecurityContext, Sysctl } from "../../../generated/core-v1.ts";
import { internalForm } from "../pod-diff/internal-form.ts";
import { checkDescendingPath } from "./paths.ts";
import { checkWindowsOptions } from "./windows.ts";

/** The greatest user and group. */
const MOST_ID = 2 ** 31 - 1;

function checkId(id: number | undefined, at: string, issues: Issues): void {
  if (id !== undefined) checkRange(id, at, 0, MOST_ID, issues);
}

export function checkContainerSecurity(context: SecurityContext, hostUsers: boolean, at: string, issues: Issues): void {
  checkId(context.runAsUser, `${at}.runAsUser`, issues);
  checkId(context.runAsGroup, `${at}.runAsGroup`, issues);
  const { procMount } = context;
  if (procMount !== undefined) {
    checkOneOf(procMount, `${at}.procMount`, ["Default", "Unmasked"], issues);
    if (hostUsers && procMount === "Unmasked") {
      issues.push(invalid(`${at}.procMount`, procMount, "`hostUsers` must be false to use `Unmasked`"));
    }
  }
  checkSeccomp(context.seccompProfile, `${at}.seccompProfile`, issues);
  if (context.allowPrivilegeEscalation === false) {
    const not = "cannot set `allowPrivilegeEscalation` to false and";
    if (context.privileged === true)
      issues.push(invalid(at, internalForm("SecurityContext", context), `${not} \`privileged\` to true`));
    for (const capability of context.capabilities?.add ?? []) {
      if (capability === "CAP_SYS_ADMIN") {
        issues.push(invalid(at, internalForm("SecurityContext", context), `${not} \`capabilities.Add\` CAP_SYS_ADMIN`));
      }
    }
  }
  if (context.windowsOptions !== undefined) checkWindowsOptions(context.windowsOptions, `${at}.windowsOptions`, issues);
  checkAppArmor(context.appArmorProfile, `${at}.appArmorProfile`, issues);
}

export function checkPodSecurity(spec: PodSpec, at: string, issues: Issues): void {
  const context = spec.securityContext;
  if (context === undefined) return;
  checkId(context.fsGroup, `${at}.fsGroup`, issues);
  checkId(context.runAsUser, `${at}.runAsUser`, issues);
  checkId(context.runAsGroup, `${at}.runAsGroup`, issues);
  for (const [index, group] of (context.supplementalGroups ?? []).entries()) {
    checkId(group, `${at}.supplementalGroups[${index}]`, issues);
  }
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    const detail = "ShareProcessNamespace and HostPID cannot both be enabled";
    issues.push(invalid(`${at}.shareProcessNamespace`, true, detail));
  }
  if (context.sysctls !== undefined) checkSysctls(context.sysctls, spec, `${at}.sysctls`, issues);
  const policies = ["Always", "OnRootMismatch"];
  checkOptionalOneOf(context.fsGroupChangePolicy, `${at}.fsGroupChangePolicy`, policies, issues);
  checkSeccomp(context.seccompProfile, `${at}.seccompProfile`, issues);
  if (context.windowsOptions !== undefined) checkWindowsOptions(context.windowsOptions, `${at}.windowsOptions`, issues);
  checkAppArmor(context.appArmorProfile, `${at}.appArmorProfile`, issues);
  const merging = ["Merge", "Strict"];
  checkOptionalOneOf(context.supplementalGroupsPolicy, `${at}.supplementalGroupsPolicy`, merging, issues);
  checkOptionalOneOf(context.seLinuxChangePolicy, `${at}.seLinuxChangePolicy`, ["Recursive"], issues);
}

const PROFILE_TYPES = ["Localhost", "RuntimeDefault", "Unconfined"];

function checkSeccomp(profile: SeccompProfile | undefined, at: string, issues: Issues): void {
  if (profile === undefined) return;
  const { type, localhostProfile } = profile;
  if (!type) issues.push(required(`${at}.type`, "type is required when seccompProfile is set"));
  else checkOneOf(type, `${at}.type`, PROFILE_TYPES, issues);
  const pathAt = `${at}.localhostProfile`;
  if (type !== "Localhost") {
    if (localhostProfile !== undefined) {
      const shown = internalForm("SeccompProfile", profile);
      issues.push(invalid(pathAt, shown, "can only be set when seccomp type is Localhost"));
    }
  } else if (localhostProfile === undefined) {
    issues.push(required(pathAt, "must be set when seccomp type is Localhost"));
  } else checkDescendingPath(localhostProfile, pathAt, issues);
}

const LONGEST_PATH = 4095;

export function checkAppArmor(profile: AppArmorProfile | undefined, at: string, issues: Issues): void {
  if (profile === undefined) return;
  const { type, localhostProfile } = profile;
  const nameAt = `${at}.localhostProfile`;
  if (!type) return void issues.push(required(`${at}.type`, "type is required when appArmorProfile is set"));
  if (!PROFILE_TYPES.includes(type)) return void issues.push(notSupported(`${at}.type`, type, PROFILE_TYPES));
  if (type !== "Localhost") {
    if (localhostProfile !== undefined) {
      issues.push(invalid(nameAt, localhostProfile, "can only be set when AppArmor type is Localhost"));
    }
    return;
  }
  const missing = "must be set when AppArmor type is Localhost";
  if (localhostProfile === undefined) return void issues.push(required(nameAt, missing));
  if (localhostProfile.trim() !== localhostProfile) {
    issues.push(invalid(nameAt, localhostProfile, "must not be padded with whitespace"));
  } else if (localhostProfile === "") issues.push(required(nameAt, missing));
  if (byteLength(localhostProfile) > LONGEST_PATH) issues.push(tooLong(nameAt, LONGEST_PATH));
}

const SYSCTL_PATTERN = "([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
const SYSCTL = new RegExp(`^${SYSCTL_PATTERN}$`);
const LONGEST_SYSCTL = 253;

function checkSysctls(sysctls: readonly Sysctl[], spec: PodSpec, at: string, issues: Issues): void {
  const seen = new Set<string>();
  for (const [index, { name }] of sysctls.entries()) {
    const here = `${at}[${index}].name`;
    if (!name) issues.push(required(here));
    else if (name.length > LONGEST_SYSCTL || !SYSCTL.test(name)) {
      const detail = `must have at most ${LONGEST_SYSCTL} characters and match regex ^${SYSCTL_PATTERN}$`;
      issues.push(invalid(here, name, detail));
    } else if (seen.has(name)) issues.push(duplicate(here, name));
    const plain = name.replaceAll("/", ".");
    if (spec.hostNetwork === true && plain.startsWith("net.")) {
      issues.push(invalid(here, name, "may not be specified when 'hostNetwork' is true"));
    } else if (spec.hostIPC === true && isIpcSysctl(plain)) {
      issues.push(invalid(here, name, "may not be specified when 'hostIPC' is true"));
    }
    seen.add(name);
  }
}

function isIpcSysctl(name: string): boolean {
  return (
    name === "kernel.sem" ||
    name.startsWith("kernel.shm") ||
    name.startsWith("kernel.msg") ||
    name.startsWith("fs.mqueue.")
  );
}

/** Where users in containers are not users of the host, what else is the host's may not be shared. */
export function checkHostUsers(spec: PodSpec, at: string, issues: Issues): void {
  if (spec.hostUsers !== false) return;
  const detail = "when `hostUsers` is false";
  if (spec.hostNetwork === true) issues.push(forbidden(`${at}.hostNetwork`, detail));
  if (spec.hostPID === true) issues.push(forbidden(`${at}.HostPID`, detail));
  if (spec.hostIPC === true) issues.push(forbidden(`${at}.HostIPC`, detail));
  for (const [container, here] of eachContainer(spec, at)) {
    if ((container.volumeDevices?.length ?? 0) > 0) issues.push(forbidden(`${here}.volumeDevices`, detail));
  }
}

/** Every container of a pod with its place: init containers first. */
export function* eachContainer(spec: PodSpec, at: string): Iterable<readonly [PodSpec["containers"][number], string]> {
  for (const part of ["initContainers", "containers", "ephemeralContainers"] as const) {
    const containers = spec[part] ?? [];
    for (let index = 0; index < containers.length; index++) yield [containers[index]!, `${at}.${part}[${index}]`];
  }
}
