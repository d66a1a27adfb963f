import { byteLength, dnsSubdomain } from "../../../../machinery/formats.ts";
import { forbidden, invalid, notSupported, required } from "../../../../machinery/issue.ts";
import { checkFormat, type Issues } from "../../../checks.ts";
import type { PodSpec, WindowsSecurityContextOptions } from "../../../generated/core-v1.ts";
import { eachContainer } from "./security.ts";

const SPEC_LIMIT_KIB = 64;
const DOMAIN_LIMIT = 256;
const LONGEST_USER = 104;

export function checkWindowsOptions(options: WindowsSecurityContextOptions, at: string, issues: Issues): void {
  const { gmsaCredentialSpecName, gmsaCredentialSpec, runAsUserName } = options;
  if (gmsaCredentialSpecName !== undefined) {
    checkFormat(gmsaCredentialSpecName, `${at}.gmsaCredentialSpecName`, dnsSubdomain, issues);
  }
  if (gmsaCredentialSpec !== undefined) {
    const specAt = `${at}.gmsaCredentialSpec`;
    const empty = "gmsaCredentialSpec cannot be an empty string";
    if (gmsaCredentialSpec === "") issues.push(invalid(specAt, gmsaCredentialSpec, empty));
    else if (byteLength(gmsaCredentialSpec) > SPEC_LIMIT_KIB * 1024) {
      issues.push(invalid(specAt, gmsaCredentialSpec, `gmsaCredentialSpec size must be under ${SPEC_LIMIT_KIB} KiB`));
    }
  }
  if (runAsUserName !== undefined) {
    for (const problem of userNameProblems(runAsUserName)) {
      issues.push(invalid(`${at}.runAsUserName`, runAsUserName, problem));
    }
  }
}

function userNameProblems(name: string): readonly string[] {
  if (name === "") return ["runAsUserName cannot be an empty string"];
  // oxlint-disable-next-line no-control-regex
  if (/[\u0000-\u001f\u007f]/.test(name)) return ["runAsUserName cannot contain control characters"];
  const parts = name.split("\\");
  if (parts.length > 2) return ["runAsUserName cannot contain more than one backslash"];
  const user = parts.at(-1)!;
  const domain = parts.length === 2 ? parts[0]! : undefined;
  const problems: string[] = [];
  if (domain !== undefined) {
    if (domain.length >= DOMAIN_LIMIT) {
      problems.push(`runAsUserName's Domain length must be under ${DOMAIN_LIMIT} characters`);
    }
    if (!NETBIOS.test(domain) && !DNS_DOMAIN.test(domain)) {
      problems.push("runAsUserName's Domain doesn't match the NetBios nor the DNS format");
    }
  }
  if (user === "") problems.push("runAsUserName's User cannot be empty");
  else if (user.length > LONGEST_USER) {
    problems.push(`runAsUserName's User length must not be longer than ${LONGEST_USER} characters`);
  }
  if (/^[. ]+$/.test(user)) problems.push("runAsUserName's User cannot contain only periods or spaces");
  if (/["/\\:;|=,+*?<>@[\]]/.test(user)) {
    problems.push(`runAsUserName's User cannot contain the following characters: "/\\:;|=,+*?<>@[]`);
  }
  return problems;
}

const NETBIOS = /^[^\\/:*?"<>|.][^\\/:*?"<>|]{0,14}$/;
const DNS_PART = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
const DNS_DOMAIN = new RegExp(`^${DNS_PART}(?:\\.${DNS_PART})*$`);

/** Either all containers are processes of the host, or none. */
export function checkHostProcesses(spec: PodSpec, at: string, issues: Issues): void {
  const podValue = spec.securityContext?.windowsOptions?.hostProcess;
  let all = 0;
  let hostProcesses = 0;
  for (const [container, here] of eachContainer(spec, at)) {
    all += 1;
    const own = container.securityContext?.windowsOptions?.hostProcess;
    if (podValue !== undefined && own !== undefined && podValue !== own) {
      const detail = `pod hostProcess value must be identical if both are specified, was ${podValue}`;
      issues.push(invalid(`${here}.securityContext.windowsOptions.hostProcess`, own, detail));
    }
    if (own ?? podValue ?? false) hostProcesses += 1;
  }
  if (hostProcesses === 0) return;
  if (hostProcesses !== all) {
    const detail = "If pod contains any hostProcess containers then all containers must be HostProcess containers";
    issues.push(invalid(at, "", detail));
  }
  if (spec.hostNetwork !== true) {
    const detail = "hostNetwork must be true if pod contains any hostProcess containers";
    issues.push(invalid(`${at}.hostNetwork`, false, detail));
  }
}

/** What the pod's operating system does not know may not be set. */
export function checkOperatingSystem(spec: PodSpec, at: string, issues: Issues): void {
  const name = spec.os?.name;
  if (name === undefined) return;
  if (name === "") issues.push(required(`${at}.os.name`));
  else if (name === "linux") checkLinux(spec, at, issues);
  else if (name === "windows") checkWindows(spec, at, issues);
  else issues.push(notSupported(`${at}.os`, name, ["linux", "windows"]));
}

function checkLinux(spec: PodSpec, at: string, issues: Issues): void {
  const detail = "windows options cannot be set for a linux pod";
  if (spec.securityContext?.windowsOptions !== undefined) {
    issues.push(forbidden(`${at}.securityContext.windowsOptions`, detail));
  }
  for (const [container, here] of eachContainer(spec, at)) {
    if (container.securityContext?.windowsOptions !== undefined) {
      issues.push(forbidden(`${here}.securityContext.windowsOptions`, detail));
    }
  }
}

const LINUX_OF_CONTAINERS = [
  "appArmorProfile",
  "seLinuxOptions",
  "seccompProfile",
  "capabilities",
  "readOnlyRootFilesystem",
  "privileged",
  "allowPrivilegeEscalation",
  "procMount",
  "runAsUser",
  "runAsGroup",
] as const;

function checkWindows(spec: PodSpec, at: string, issues: Issues): void {
  const context = spec.securityContext ?? {};
  const refuse = (isSet: boolean, field: string) => {
    if (isSet) issues.push(forbidden(field, "cannot be set for a windows pod"));
  };
  const refuseOf = (...names: readonly (keyof typeof context)[]) => {
    for (const name of names) refuse(context[name] !== undefined, `${at}.securityContext.${name}`);
  };
  refuseOf("appArmorProfile", "seLinuxOptions");
  refuse(spec.hostUsers !== undefined, `${at}.hostUsers`);
  refuse(spec.hostPID === true, `${at}.hostPID`);
  refuse(spec.hostIPC === true, `${at}.hostIPC`);
  refuseOf("seccompProfile", "fsGroup", "fsGroupChangePolicy");
  refuse((context.sysctls?.length ?? 0) > 0, `${at}.securityContext.sysctls`);
  refuse(spec.shareProcessNamespace !== undefined, `${at}.shareProcessNamespace`);
  refuseOf("runAsUser", "runAsGroup", "supplementalGroups", "supplementalGroupsPolicy", "seLinuxChangePolicy");
  for (const [container, here] of eachContainer(spec, at)) {
    for (const name of LINUX_OF_CONTAINERS) {
      refuse(container.securityContext?.[name] !== undefined, `${here}.securityContext.${name}`);
    }
  }
}
