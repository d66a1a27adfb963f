/**
 * The container runtime, as the kubelet needs it: CRI's calls with plain data. `host/node/containerd` carries them out on
 * containerd, `host/sim` on imagined containers. All calls fail with {@link RuntimeError}. Times are in nanoseconds since
 * the epoch as bigint where CRI has them (they exceed 2^53), durations in milliseconds.
 */
export interface ContainerRuntime {
  version(options: Waits): Promise<{ readonly name: string; readonly version: string; readonly apiVersion: string }>;
  /** Conditions such as RuntimeReady and NetworkReady. */
  status(options: Waits): Promise<readonly RuntimeCondition[]>;

  /** Creates and starts the sandbox with its network. Idempotent by uid and attempt: a rolled-back one may be retried. */
  runSandbox(config: SandboxConfig, options: Waits): Promise<string>;
  stopSandbox(id: string, options: Waits): Promise<void>;
  removeSandbox(id: string, options: Waits): Promise<void>;
  sandboxes(options: Waits): Promise<readonly Sandbox[]>;
  sandboxStatus(id: string, options: Waits): Promise<SandboxStatus>;

  createContainer(sandboxId: string, config: ContainerConfig, sandbox: SandboxConfig, options: Waits): Promise<string>;
  startContainer(id: string, options: Waits): Promise<void>;
  /** Sends the stop signal, and SIGKILL after the timeout; resolves when it has ended. */
  stopContainer(id: string, timeoutSeconds: number, options: Waits): Promise<void>;
  removeContainer(id: string, options: Waits): Promise<void>;
  containers(options: Waits): Promise<readonly Container[]>;
  containerStatus(id: string, options: Waits): Promise<ContainerStatus>;
  updateResources(id: string, resources: LinuxResources, options: Waits): Promise<void>;
  reopenLog(id: string, options: Waits): Promise<void>;

  pullImage(image: string, auth: RegistryAuth | undefined, options: Waits): Promise<string>;
  /** Undefined when the image is not here. */
  image(reference: string, options: Waits): Promise<Image | undefined>;
  images(options: Waits): Promise<readonly Image[]>;
  removeImage(reference: string, options: Waits): Promise<void>;
  imageFilesystem(
    options: Waits,
  ): Promise<{ readonly usedBytes: number; readonly inodesUsed: number; readonly mountpoint: string }>;

  /** Runs a command to its end; at most 16 MiB of output. A timeout throws {@link RuntimeError} with code `timeout`. */
  execSync(id: string, command: readonly string[], timeoutMs: number, options: Waits): Promise<ExecResult>;
  exec(id: string, request: ExecRequest, options: Waits): Promise<ExecSession>;
  attach(id: string, request: AttachRequest, options: Waits): Promise<ExecSession>;
  /** One connection to a port of the sandbox, both ways. */
  portForward(sandboxId: string, port: number, options: Waits): Promise<ByteDuplex>;

  stats(options: Waits): Promise<readonly ContainerStats[]>;
  /** What happened to containers and sandboxes, at once; ends with an error when the runtime goes away. Missing an event is no harm: callers list again from time to time. */
  events(options: Waits): AsyncIterable<RuntimeEvent>;
}

export interface Waits {
  readonly signal: AbortSignal;
}

export type RuntimeErrorCode =
  | "not-found"
  | "timeout"
  | "unavailable"
  | "already-exists"
  | "resource-exhausted"
  | "unknown";

export class RuntimeError extends Error {
  readonly code: RuntimeErrorCode;
  constructor(code: RuntimeErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

export interface RuntimeCondition {
  readonly type: string;
  readonly status: boolean;
  readonly reason: string;
  readonly message: string;
}

export interface SandboxIdentity {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly attempt: number;
}

export type NamespaceMode = "pod" | "container" | "node";

export interface SandboxConfig {
  readonly identity: SandboxIdentity;
  readonly hostname: string;
  readonly logDirectory: string;
  readonly dns?: {
    readonly servers: readonly string[];
    readonly searches: readonly string[];
    readonly options: readonly string[];
  };
  readonly ports: readonly PortMapping[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly cgroupParent: string;
  readonly sysctls: Readonly<Record<string, string>>;
  readonly namespaces: { readonly network: NamespaceMode; readonly pid: NamespaceMode; readonly ipc: NamespaceMode };
  readonly security: SandboxSecurity;
  readonly runtimeHandler: string;
}

export interface SandboxSecurity {
  readonly privileged: boolean;
  readonly runAsUser?: number;
  readonly runAsGroup?: number;
  readonly supplementalGroups: readonly number[];
  readonly seccomp: SecurityProfile;
  readonly appArmor?: SecurityProfile;
  readonly seLinux?: { readonly user: string; readonly role: string; readonly type: string; readonly level: string };
}

export interface SecurityProfile {
  readonly type: "RuntimeDefault" | "Unconfined" | "Localhost";
  readonly localhostPath?: string;
}

export interface PortMapping {
  readonly protocol: "TCP" | "UDP" | "SCTP";
  readonly containerPort: number;
  readonly hostPort: number;
  readonly hostIP: string;
}

export interface Sandbox {
  readonly id: string;
  readonly identity: SandboxIdentity;
  readonly ready: boolean;
  readonly createdAt: bigint;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface SandboxStatus extends Sandbox {
  /** Empty on the host's network. */
  readonly ips: readonly string[];
  readonly network: NamespaceMode;
}

export interface ContainerConfig {
  readonly name: string;
  readonly attempt: number;
  readonly image: string;
  /** As the user wrote it, for status. */
  readonly userImage: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly workingDirectory: string;
  readonly environment: readonly { readonly name: string; readonly value: string }[];
  readonly mounts: readonly Mount[];
  readonly devices: readonly {
    readonly hostPath: string;
    readonly containerPath: string;
    readonly permissions: string;
  }[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Relative to the sandbox's log directory. */
  readonly logPath: string;
  readonly stdin: boolean;
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  readonly resources: LinuxResources;
  readonly security: ContainerSecurity;
  readonly stopSignal?: string;
}

export interface Mount {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly readOnly: boolean;
  readonly recursiveReadOnly: boolean;
  readonly propagation: "private" | "host-to-container" | "bidirectional";
  readonly selinuxRelabel: boolean;
  /** An image whose content is mounted (an image volume) in place of `hostPath`, which then is empty. */
  readonly image?: string;
  readonly imageSubPath?: string;
}

export interface LinuxResources {
  readonly cpuShares: number;
  /** Microseconds a period; 0 means no limit. */
  readonly cpuQuota: number;
  readonly cpuPeriod: number;
  /** Bytes; 0 means no limit. */
  readonly memoryLimit: number;
  readonly oomScoreAdjust: number;
  readonly unified: Readonly<Record<string, string>>;
}

export interface ContainerSecurity {
  readonly privileged: boolean;
  readonly capabilities: { readonly add: readonly string[]; readonly drop: readonly string[] };
  readonly runAsUser?: number;
  readonly runAsUserName?: string;
  readonly runAsGroup?: number;
  readonly supplementalGroups: readonly number[];
  readonly readOnlyRoot: boolean;
  readonly noNewPrivileges: boolean;
  readonly seccomp: SecurityProfile;
  readonly appArmor?: SecurityProfile;
  readonly namespaces: SandboxConfig["namespaces"];
  /** The container whose process namespace is joined, for ephemeral containers. */
  readonly targetContainerId?: string;
  /** `Merge` when absent. */
  readonly supplementalGroupsPolicy?: "Merge" | "Strict";
  readonly maskedPaths: readonly string[];
  readonly readonlyPaths: readonly string[];
  readonly seLinux?: SandboxSecurity["seLinux"];
}

export type ContainerState = "created" | "running" | "exited" | "unknown";

export interface Container {
  readonly id: string;
  readonly sandboxId: string;
  readonly name: string;
  readonly attempt: number;
  readonly state: ContainerState;
  readonly createdAt: bigint;
  readonly imageReference: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface ContainerStatus extends Container {
  readonly startedAt: bigint;
  readonly finishedAt: bigint;
  readonly exitCode: number;
  readonly reason: string;
  readonly message: string;
  readonly logPath: string;
  readonly image: string;
  readonly imageId: string;
  readonly resources?: LinuxResources;
  readonly user?: { readonly uid: number; readonly gid: number; readonly supplementalGroups: readonly number[] };
}

export interface RegistryAuth {
  readonly username?: string;
  readonly password?: string;
  readonly auth?: string;
  readonly serverAddress?: string;
  readonly identityToken?: string;
  readonly registryToken?: string;
}

export interface Image {
  readonly id: string;
  readonly tags: readonly string[];
  readonly digests: readonly string[];
  readonly sizeBytes: number;
  /** The user the image asks for: a number or a name. */
  readonly uid?: number;
  readonly username?: string;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

export interface ExecRequest extends AttachRequest {
  readonly command: readonly string[];
}

export interface AttachRequest {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
}

/** A running command's streams. Output iterables end when the stream does; those not asked for are empty. */
export interface ExecSession extends AsyncDisposable {
  write(bytes: Uint8Array): Promise<void>;
  closeInput(): Promise<void>;
  resize(size: { readonly width: number; readonly height: number }): Promise<void>;
  readonly stdout: AsyncIterable<Uint8Array>;
  readonly stderr: AsyncIterable<Uint8Array>;
  /** The exit code once the command has ended; for attach, that of the container. */
  readonly exitCode: Promise<number>;
}

export interface ByteDuplex extends AsyncDisposable {
  write(bytes: Uint8Array): Promise<void>;
  closeWrite(): Promise<void>;
  readonly output: AsyncIterable<Uint8Array>;
}

export interface ContainerStats {
  readonly id: string;
  readonly timestamp: bigint;
  /** CPU time used since the start, in nanoseconds. */
  readonly cpuUsageNanoseconds: bigint;
  readonly memoryWorkingSetBytes: number;
  readonly memoryUsageBytes: number;
  readonly memoryRssBytes: number;
  readonly writableLayerBytes: number;
  readonly writableLayerInodes: number;
}

export interface RuntimeEvent {
  readonly type: "container-created" | "container-started" | "container-stopped" | "container-deleted" | "oom";
  readonly containerId: string;
}
