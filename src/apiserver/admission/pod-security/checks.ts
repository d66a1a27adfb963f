import type { Check, Inspect } from "./check.ts";
import { appArmorProfile } from "./checks/app-armor.ts";
import { hostNamespaces, hostPathVolumes, hostPorts, hostProcess, hostsOfProbes } from "./checks/host.ts";
import {
  nonDefaultCapabilities,
  privileged,
  privilegeEscalation,
  unrestrictedCapabilities,
} from "./checks/privileges.ts";
import { procMount } from "./checks/proc-mount.ts";
import { seLinuxOptions } from "./checks/se-linux.ts";
import { requiredSeccompProfile, seccompAnnotations, seccompProfile } from "./checks/seccomp.ts";
import { sysctls } from "./checks/sysctls.ts";
import { runAsNonRoot, runAsUser } from "./checks/users.ts";
import { volumeTypes } from "./checks/volumes.ts";

const SYSCTLS_0 = [
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.ping_group_range",
  "net.ipv4.ip_unprivileged_port_start",
];
const SYSCTLS_27 = [...SYSCTLS_0, "net.ipv4.ip_local_reserved_ports"];
const SYSCTLS_29 = [
  ...SYSCTLS_27,
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
];
const SYSCTLS_32 = [...SYSCTLS_29, "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"];

const SE_LINUX_0 = ["container_t", "container_init_t", "container_kvm_t"];
const SE_LINUX_31 = [...SE_LINUX_0, "container_engine_t"];

/** The rules of the Pod Security Standards, with Kubernetes' ids: what each level asks, and since when. */
export const checks: readonly Check[] = [
  { id: "appArmorProfile", level: "baseline", revisions: [{ since: 0, inspect: appArmorProfile }] },
  { id: "capabilities_baseline", level: "baseline", revisions: [{ since: 0, inspect: nonDefaultCapabilities }] },
  { id: "hostNamespaces", level: "baseline", revisions: [{ since: 0, inspect: hostNamespaces }] },
  { id: "hostPathVolumes", level: "baseline", revisions: [{ since: 0, inspect: hostPathVolumes }] },
  { id: "hostPorts", level: "baseline", revisions: [{ since: 0, inspect: hostPorts }] },
  { id: "hostProbesAndHostLifecycle", level: "baseline", revisions: [{ since: 34, inspect: hostsOfProbes }] },
  { id: "privileged", level: "baseline", revisions: [{ since: 0, inspect: privileged }] },
  {
    id: "procMount",
    level: "baseline",
    revisions: [
      { since: 0, inspect: procMount },
      { since: 35, inspect: unlessOwnUsers(procMount) },
    ],
  },
  {
    id: "seLinuxOptions",
    level: "baseline",
    revisions: [
      { since: 0, inspect: seLinuxOptions(SE_LINUX_0) },
      { since: 31, inspect: seLinuxOptions(SE_LINUX_31) },
    ],
  },
  {
    id: "seccompProfile_baseline",
    level: "baseline",
    revisions: [
      { since: 0, inspect: seccompAnnotations },
      { since: 19, inspect: seccompProfile },
    ],
  },
  {
    id: "sysctls",
    level: "baseline",
    revisions: [
      { since: 0, inspect: sysctls(SYSCTLS_0) },
      { since: 27, inspect: sysctls(SYSCTLS_27) },
      { since: 29, inspect: sysctls(SYSCTLS_29) },
      { since: 32, inspect: sysctls(SYSCTLS_32) },
    ],
  },
  { id: "windowsHostProcess", level: "baseline", revisions: [{ since: 0, inspect: hostProcess }] },
  {
    id: "allowPrivilegeEscalation",
    level: "restricted",
    revisions: [
      { since: 8, inspect: privilegeEscalation },
      { since: 25, inspect: unlessWindows(privilegeEscalation) },
    ],
  },
  {
    id: "capabilities_restricted",
    level: "restricted",
    replaces: "capabilities_baseline",
    revisions: [
      { since: 22, inspect: unrestrictedCapabilities },
      { since: 25, inspect: unlessWindows(unrestrictedCapabilities) },
    ],
  },
  {
    id: "procMount_restricted",
    level: "restricted",
    replaces: "procMount",
    revisions: [{ since: 35, inspect: procMount }],
  },
  {
    id: "restrictedVolumes",
    level: "restricted",
    replaces: "hostPathVolumes",
    revisions: [{ since: 0, inspect: volumeTypes }],
  },
  {
    id: "runAsNonRoot",
    level: "restricted",
    revisions: [
      { since: 0, inspect: runAsNonRoot },
      { since: 35, inspect: unlessOwnUsers(runAsNonRoot) },
    ],
  },
  {
    id: "runAsUser",
    level: "restricted",
    revisions: [
      { since: 23, inspect: runAsUser },
      { since: 35, inspect: unlessOwnUsers(runAsUser) },
    ],
  },
  {
    id: "seccompProfile_restricted",
    level: "restricted",
    replaces: "seccompProfile_baseline",
    revisions: [
      { since: 19, inspect: requiredSeccompProfile },
      { since: 25, inspect: unlessWindows(requiredSeccompProfile) },
    ],
  },
];

/** A pod of Windows cannot set what is asked for: validation would refuse it. */
function unlessWindows(inspect: Inspect): Inspect {
  return (pod) => (pod.spec.os?.name === "windows" ? undefined : inspect(pod));
}

/** Who is root among users of the pod's own is nobody on the node. */
function unlessOwnUsers(inspect: Inspect): Inspect {
  return (pod) => (pod.spec.hostUsers === false ? undefined : inspect(pod));
}
