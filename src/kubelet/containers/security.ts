import type { Container, Pod, SecurityContext } from "../../api/generated/core-v1.ts";
import type {
  ContainerSecurity,
  Image,
  NamespaceMode,
  SandboxConfig,
  SandboxSecurity,
  SecurityProfile,
} from "../ports/runtime.ts";
import { containersOf, onHostNetwork, podText } from "./names.ts";

/** The container's security context with the pod's behind it. */
function effectiveSecurity(pod: Pod, container: Container): SecurityContext {
  const shared = pod.spec.securityContext;
  const inherited: SecurityContext = {
    ...(shared?.seLinuxOptions === undefined ? {} : { seLinuxOptions: shared.seLinuxOptions }),
    ...(shared?.runAsUser === undefined ? {} : { runAsUser: shared.runAsUser }),
    ...(shared?.runAsGroup === undefined ? {} : { runAsGroup: shared.runAsGroup }),
    ...(shared?.runAsNonRoot === undefined ? {} : { runAsNonRoot: shared.runAsNonRoot }),
    ...(shared?.seccompProfile === undefined ? {} : { seccompProfile: shared.seccompProfile }),
  };
  return { ...inherited, ...container.securityContext };
}

/** @param profiles the folder of local seccomp profiles. @throws Error in Kubernetes' words where non-root is asked for and not given. */
export function containerSecurity(pod: Pod, container: Container, image: Image, profiles: string): ContainerSecurity {
  const effective = effectiveSecurity(pod, container);
  verifyNonRoot(pod, container, effective, image);
  const privileged = effective.privileged === true;
  const unmasked = effective.procMount === "Unmasked";
  return {
    privileged,
    capabilities: { add: effective.capabilities?.add ?? [], drop: effective.capabilities?.drop ?? [] },
    ...userOf(effective, image),
    ...(effective.runAsGroup === undefined ? {} : { runAsGroup: effective.runAsGroup }),
    supplementalGroups: supplementalGroups(pod),
    readOnlyRoot: effective.readOnlyRootFilesystem === true,
    noNewPrivileges: effective.allowPrivilegeEscalation === false,
    seccomp: seccompProfile(effective, profiles),
    namespaces: namespacesOf(pod),
    maskedPaths: unmasked ? [] : MASKED_PATHS,
    readonlyPaths: unmasked ? [] : READONLY_PATHS,
    ...seLinuxOf(effective.seLinuxOptions),
  };
}

export function sandboxSecurity(pod: Pod): SandboxSecurity {
  const shared = pod.spec.securityContext;
  return {
    privileged: containersOf(pod).some(({ spec }) => spec.securityContext?.privileged === true),
    ...(shared?.runAsUser === undefined ? {} : { runAsUser: shared.runAsUser }),
    ...(shared?.runAsGroup === undefined ? {} : { runAsGroup: shared.runAsGroup }),
    supplementalGroups: supplementalGroups(pod),
    // The sandbox itself needs the least, whatever its containers ask for.
    seccomp: { type: "RuntimeDefault" },
    ...seLinuxOf(shared?.seLinuxOptions),
  };
}

export function namespacesOf(pod: Pod): SandboxConfig["namespaces"] {
  const mode = (onNode: boolean | undefined): NamespaceMode => (onNode === true ? "node" : "pod");
  return {
    network: onHostNetwork(pod) ? "node" : "pod",
    ipc: mode(pod.spec.hostIPC),
    pid: pod.spec.hostPID === true ? "node" : pod.spec.shareProcessNamespace === true ? "pod" : "container",
  };
}

function verifyNonRoot(pod: Pod, container: Container, effective: SecurityContext, image: Image): void {
  if (effective.runAsNonRoot !== true) return;
  const where = `(pod: "${podText(pod)}", container: ${container.name})`;
  if (effective.runAsUser !== undefined) {
    if (effective.runAsUser === 0) throw new Error(`container's runAsUser breaks non-root policy ${where}`);
    return;
  }
  if (image.uid === undefined && (image.username ?? "") !== "") {
    throw new Error(
      `container has runAsNonRoot and image has non-numeric user (${image.username}), cannot verify user is non-root ${where}`,
    );
  }
  if ((image.uid ?? 0) === 0) throw new Error(`container has runAsNonRoot and image will run as root ${where}`);
}

function userOf(effective: SecurityContext, image: Image): { runAsUser?: number; runAsUserName?: string } {
  if (effective.runAsUser !== undefined) return { runAsUser: effective.runAsUser };
  if (image.uid !== undefined) return { runAsUser: image.uid };
  return (image.username ?? "") === "" ? { runAsUser: 0 } : { runAsUserName: image.username! };
}

function supplementalGroups(pod: Pod): readonly number[] {
  const shared = pod.spec.securityContext;
  const groups = shared?.supplementalGroups ?? [];
  return shared?.fsGroup === undefined ? groups : [shared.fsGroup, ...groups];
}

function seccompProfile(effective: SecurityContext, profiles: string): SecurityProfile {
  const profile = effective.seccompProfile;
  if (profile?.type === "RuntimeDefault") return { type: "RuntimeDefault" };
  if (profile?.type !== "Localhost") return { type: "Unconfined" };
  if ((profile.localhostProfile ?? "") === "") {
    throw new Error("localhostProfile must be set if seccompProfile type is Localhost.");
  }
  return { type: "Localhost", localhostPath: `${profiles}/${profile.localhostProfile}` };
}

function seLinuxOf(options: SecurityContext["seLinuxOptions"]): { seLinux?: NonNullable<SandboxSecurity["seLinux"]> } {
  if (options === undefined) return {};
  const { user = "", role = "", type = "", level = "" } = options;
  return { seLinux: { user, role, type, level } };
}

const MASKED_PATHS: readonly string[] = [
  "/proc/asound",
  "/proc/acpi",
  "/proc/interrupts",
  "/proc/kcore",
  "/proc/keys",
  "/proc/latency_stats",
  "/proc/timer_list",
  "/proc/timer_stats",
  "/proc/sched_debug",
  "/proc/scsi",
  "/sys/firmware",
  "/sys/devices/virtual/powercap",
];

const READONLY_PATHS: readonly string[] = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];
