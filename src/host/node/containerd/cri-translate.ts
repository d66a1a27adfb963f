import type {
  Container,
  ContainerConfig,
  ContainerStats,
  ContainerStatus,
  Image,
  LinuxResources,
  Mount,
  NamespaceMode,
  PortMapping,
  Sandbox,
  SandboxConfig,
  SandboxStatus,
  SecurityProfile,
} from "../../../kubelet/ports/runtime.ts";
import type * as cri from "./cri-messages.ts";
import type { Decoded, Encodable } from "./protobuf.ts";

// Between the kubelet's plain data and CRI's messages. The arrays below are CRI's enumerations, in order.

const PROTOCOLS: readonly PortMapping["protocol"][] = ["TCP", "UDP", "SCTP"];
const PROPAGATIONS: readonly Mount["propagation"][] = ["private", "host-to-container", "bidirectional"];
const NAMESPACE_MODES: readonly NamespaceMode[] = ["pod", "container", "node"];
const NAMESPACE_OF_ANOTHER_CONTAINER = 3;
const PROFILES: readonly SecurityProfile["type"][] = ["RuntimeDefault", "Unconfined", "Localhost"];
const GROUPS_POLICIES = ["Merge", "Strict"] as const;
const CONTAINER_STATES = ["created", "running", "exited", "unknown"] as const;
const SANDBOX_READY = 0;

const SIGNALS: readonly string[] = [
  ...(
    "RUNTIME_DEFAULT SIGABRT SIGALRM SIGBUS SIGCHLD SIGCLD SIGCONT SIGFPE SIGHUP SIGILL SIGINT SIGIO SIGIOT SIGKILL " +
    "SIGPIPE SIGPOLL SIGPROF SIGPWR SIGQUIT SIGSEGV SIGSTKFLT SIGSTOP SIGSYS SIGTERM SIGTRAP SIGTSTP SIGTTIN SIGTTOU " +
    "SIGURG SIGUSR1 SIGUSR2 SIGVTALRM SIGWINCH SIGXCPU SIGXFSZ SIGRTMIN"
  ).split(" "),
  ...Array.from({ length: 15 }, (_, index) => `SIGRTMINPLUS${index + 1}`),
  ...Array.from({ length: 14 }, (_, index) => `SIGRTMAXMINUS${14 - index}`),
  "SIGRTMAX",
];

export function sandboxConfigMessage(config: SandboxConfig): Encodable<typeof cri.sandboxConfig> {
  const { security } = config;
  return {
    metadata: config.identity,
    // A sandbox on the host's network has the host's name, and runc refuses to set another.
    hostname: config.namespaces.network === "node" ? "" : config.hostname,
    logDirectory: config.logDirectory,
    dns: config.dns,
    ports: config.ports.map((port) => ({
      protocol: PROTOCOLS.indexOf(port.protocol),
      containerPort: port.containerPort,
      hostPort: port.hostPort,
      hostIp: port.hostIP,
    })),
    labels: config.labels,
    annotations: config.annotations,
    linux: {
      cgroupParent: config.cgroupParent,
      sysctls: config.sysctls,
      security: {
        namespaces: namespacesMessage(config.namespaces),
        seLinux: security.seLinux,
        runAsUser: wrapped(security.runAsUser),
        runAsGroup: wrapped(security.runAsGroup),
        supplementalGroups: security.supplementalGroups,
        privileged: security.privileged,
        seccomp: profileMessage(security.seccomp),
        appArmor: security.appArmor && profileMessage(security.appArmor),
      },
    },
  };
}

export function containerConfigMessage(config: ContainerConfig): Encodable<typeof cri.containerConfig> {
  return {
    metadata: { name: config.name, attempt: config.attempt },
    image: { image: config.image, userSpecifiedImage: config.userImage },
    command: config.command,
    args: config.args,
    workingDirectory: config.workingDirectory,
    environment: config.environment.map(({ name, value }) => ({ key: name, value })),
    mounts: config.mounts.map(({ propagation, image, imageSubPath, ...mount }) => ({
      ...mount,
      propagation: PROPAGATIONS.indexOf(propagation),
      image: image === undefined ? undefined : { image },
      imageSubPath,
    })),
    devices: config.devices,
    labels: config.labels,
    annotations: config.annotations,
    logPath: config.logPath,
    stdin: config.stdin,
    stdinOnce: config.stdinOnce,
    tty: config.tty,
    linux: { resources: config.resources, security: containerSecurityMessage(config.security) },
    stopSignal: config.stopSignal === undefined ? 0 : Math.max(0, SIGNALS.indexOf(config.stopSignal)),
  };
}

function containerSecurityMessage(security: ContainerConfig["security"]): Encodable<typeof cri.containerSecurity> {
  const { capabilities, namespaces, targetContainerId, runAsUser, runAsGroup, ...rest } = security;
  return {
    capabilities,
    privileged: rest.privileged,
    namespaces: {
      ...namespacesMessage(namespaces),
      ...(targetContainerId === undefined ? {} : { pid: NAMESPACE_OF_ANOTHER_CONTAINER, targetId: targetContainerId }),
    },
    seLinux: rest.seLinux,
    runAsUser: wrapped(runAsUser),
    runAsUserName: rest.runAsUserName,
    runAsGroup: wrapped(runAsGroup),
    supplementalGroups: rest.supplementalGroups,
    supplementalGroupsPolicy: GROUPS_POLICIES.indexOf(rest.supplementalGroupsPolicy ?? "Merge"),
    readOnlyRoot: rest.readOnlyRoot,
    noNewPrivileges: rest.noNewPrivileges,
    maskedPaths: rest.maskedPaths,
    readonlyPaths: rest.readonlyPaths,
    seccomp: profileMessage(rest.seccomp),
    appArmor: rest.appArmor && profileMessage(rest.appArmor),
  };
}

export function sandboxFrom(item: Decoded<typeof cri.sandboxListItem>): Sandbox {
  const { name, namespace, uid, attempt } = present(item.metadata, "a sandbox's metadata");
  return {
    id: item.id,
    identity: { name, namespace, uid, attempt },
    ready: item.state === SANDBOX_READY,
    createdAt: item.createdAt,
    labels: item.labels,
    annotations: item.annotations,
  };
}

export function sandboxStatusFrom(status: Decoded<typeof cri.sandboxStatus>): SandboxStatus {
  const { ip = "", additionalIps = [] } = status.network ?? {};
  return {
    ...sandboxFrom(status),
    ips: [ip, ...additionalIps.map((additional) => additional.ip)].filter((address) => address !== ""),
    network: NAMESPACE_MODES[status.linux?.namespaces?.options?.network ?? 0] ?? "pod",
  };
}

export function containerFrom(item: Decoded<typeof cri.containerListItem>): Container {
  const metadata = present(item.metadata, "a container's metadata");
  return {
    id: item.id,
    sandboxId: item.sandboxId,
    name: metadata.name,
    attempt: metadata.attempt,
    state: CONTAINER_STATES[item.state] ?? "unknown",
    createdAt: item.createdAt,
    imageReference: item.imageReference,
    labels: item.labels,
    annotations: item.annotations,
  };
}

/** @param sandboxId which CRI's status leaves out */
export function containerStatusFrom(status: Decoded<typeof cri.containerStatus>, sandboxId: string): ContainerStatus {
  const metadata = present(status.metadata, "a container's metadata");
  const { resources, user } = status;
  return {
    id: status.id,
    sandboxId,
    name: metadata.name,
    attempt: metadata.attempt,
    state: CONTAINER_STATES[status.state] ?? "unknown",
    createdAt: status.createdAt,
    startedAt: status.startedAt,
    finishedAt: status.finishedAt,
    exitCode: status.exitCode,
    reason: status.reason,
    message: status.message,
    labels: status.labels,
    annotations: status.annotations,
    logPath: status.logPath,
    image: status.image?.image ?? "",
    imageReference: status.imageReference,
    // containerd 1.6 knows no separate id.
    imageId: status.imageId || status.imageReference,
    ...(resources?.linux === undefined ? {} : { resources: resourcesFrom(resources.linux) }),
    ...(user?.linux === undefined
      ? {}
      : {
          user: {
            uid: Number(user.linux.uid),
            gid: Number(user.linux.gid),
            supplementalGroups: user.linux.supplementalGroups.map(Number),
          },
        }),
  };
}

export function imageFrom(image: Decoded<typeof cri.imageMessage>): Image {
  return {
    id: image.id,
    tags: image.tags,
    digests: image.digests,
    sizeBytes: Number(image.size),
    ...(image.uid === undefined ? {} : { uid: Number(image.uid.value) }),
    ...(image.username === "" ? {} : { username: image.username }),
  };
}

export function statsFrom(stats: Decoded<typeof cri.containerStats>): ContainerStats {
  const { cpu, memory, writableLayer } = stats;
  return {
    id: stats.attributes?.id ?? "",
    timestamp: cpu?.timestamp ?? memory?.timestamp ?? 0n,
    cpuUsageNanoseconds: cpu?.usageCoreNanoseconds?.value ?? 0n,
    memoryWorkingSetBytes: Number(memory?.workingSetBytes?.value ?? 0n),
    memoryUsageBytes: Number(memory?.usageBytes?.value ?? 0n),
    memoryRssBytes: Number(memory?.rssBytes?.value ?? 0n),
    writableLayerBytes: Number(writableLayer?.usedBytes?.value ?? 0n),
    writableLayerInodes: Number(writableLayer?.inodesUsed?.value ?? 0n),
  };
}

type ResourcesMessage = NonNullable<NonNullable<Decoded<typeof cri.containerStatus>["resources"]>["linux"]>;

function resourcesFrom(resources: ResourcesMessage): LinuxResources {
  return {
    cpuShares: Number(resources.cpuShares),
    cpuQuota: Number(resources.cpuQuota),
    cpuPeriod: Number(resources.cpuPeriod),
    memoryLimit: Number(resources.memoryLimit),
    oomScoreAdjust: Number(resources.oomScoreAdjust),
    unified: resources.unified,
  };
}

function namespacesMessage({ network, pid, ipc }: SandboxConfig["namespaces"]) {
  return {
    network: NAMESPACE_MODES.indexOf(network),
    pid: NAMESPACE_MODES.indexOf(pid),
    ipc: NAMESPACE_MODES.indexOf(ipc),
  };
}

function profileMessage({ type, localhostPath }: SecurityProfile) {
  return { type: PROFILES.indexOf(type), localhostRef: localhostPath };
}

function wrapped(value: number | undefined): { readonly value: number } | undefined {
  return value === undefined ? undefined : { value };
}

function present<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new Error(`the runtime left out ${what}`);
  return value;
}
