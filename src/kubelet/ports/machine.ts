/** The node's machine: what it is made of, and the control groups of pods. */
export interface Machine {
  facts(): Promise<MachineFacts>;
  /** What all of its programs use now. */
  usage(): Promise<MachineUsage>;
  /** Creates a pod's control group, or adjusts its limits. @param path below the cgroup root, as pods name it as parent */
  setCgroup(path: string, limits: CgroupLimits): Promise<void>;
  /** With everything below it. Absent is fine. */
  removeCgroup(path: string): Promise<void>;
}

export interface MachineFacts {
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly ephemeralStorageBytes: number;
  readonly machineId: string;
  readonly systemUuid: string;
  readonly bootId: string;
  readonly kernelVersion: string;
  readonly osImage: string;
  readonly operatingSystem: string;
  /** As Go names it: `amd64`, `arm64`. */
  readonly architecture: string;
  readonly swapBytes: number;
}

export interface MachineUsage {
  /** CPU time since the machine started. */
  readonly cpuNanoseconds: number;
  readonly memoryAvailableBytes: number;
  readonly memoryUsageBytes: number;
  /** Without what the system gives up when others need it. */
  readonly memoryWorkingSetBytes: number;
  readonly memoryRssBytes: number;
}

export interface CgroupLimits {
  readonly cpuShares: number;
  /** Microseconds a period; 0 means no limit. */
  readonly cpuQuota: number;
  readonly cpuPeriod: number;
  /** Bytes; 0 means no limit. */
  readonly memoryLimit: number;
}
