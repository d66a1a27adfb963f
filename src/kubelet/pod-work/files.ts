import type { Container, Pod } from "../../api/generated/core-v1.ts";
import type { Variable } from "../containers/environment.ts";
import type { RememberedResources } from "../pod-life/resize-state.ts";
import type { CgroupLimits } from "../ports/machine.ts";
import type { ContainerStatus, Mount } from "../ports/runtime.ts";

/** What a pod has on the node's disk: folders, volumes, control groups, logs. A simulated node has none of it. */
export interface PodFiles {
  /**
   * Makes the pod's folders, control group and volumes stand. May be called again.
   * @throws VolumeErrors
   */
  prepare(pod: Pod, limits: CgroupLimits, preparation: Preparation): Promise<void>;
  /** Adjusts the limits of the pod's control group. */
  setLimits(pod: Pod, limits: CgroupLimits): Promise<void>;
  /** Writes down what a kubelet that starts later must know of the pod. */
  rememberResources(pod: Pod, resources: RememberedResources): Promise<void>;
  /** What has been written down, by the pods' uids. */
  rememberedResources(): Promise<ReadonlyMap<string, RememberedResources>>;
  /** Labels or annotations have changed, which volumes may show. */
  podChanged(pod: Pod): void;
  /** What one container needs. @throws Error in Kubernetes' words */
  forContainer(request: ContainerFilesRequest): Promise<ContainerFiles>;
  /** One more than the newest log of this container. */
  restartCount(pod: Pod, container: string): Promise<number>;
  /** With the termination message, from its file or the end of the log. */
  withMessage(status: ContainerStatus): Promise<ContainerStatus>;
  removeLog(status: ContainerStatus): Promise<void>;
  /** Takes down volumes and control group; logs stay. */
  release(pod: Pod): Promise<void>;
  /** Removes the last traces. */
  cleanUp(pod: Pod): Promise<void>;
  /** Removes what pods have left that are not known any more. Asked at the last moment, as new pods come meanwhile. */
  cleanUpOthers(isKnown: (uid: string) => boolean): Promise<void>;
}

export interface Preparation {
  readonly signal: AbortSignal;
  /** Folders and control group are there, and nothing that the volumes show is missing: what is left is to write it. */
  readonly onFound: () => void;
}

export interface ContainerFilesRequest {
  readonly pod: Pod;
  readonly container: Container;
  readonly environment: readonly Variable[];
  readonly podIPs: readonly string[];
  readonly restartCount: number;
  /** The images that volumes hold, by the volumes' names. */
  readonly images: ReadonlyMap<string, string>;
}

export interface ContainerFiles {
  readonly mounts: readonly Mount[];
  /** The host's path of the termination message, "" for none. */
  readonly messageFile: string;
}

/** Volumes that could not be set up, one event for each. */
export class VolumeErrors extends Error {
  readonly messages: readonly string[];
  constructor(messages: readonly string[], options?: { cause?: unknown }) {
    super(messages.join("; "), options);
    this.messages = messages;
  }
}

/** A node without a disk. */
export const noFiles: PodFiles = {
  prepare: async () => {},
  setLimits: async () => {},
  rememberResources: async () => {},
  rememberedResources: async () => new Map(),
  podChanged: () => {},
  forContainer: async () => ({ mounts: [], messageFile: "" }),
  restartCount: async () => 0,
  withMessage: async (status) => status,
  removeLog: async () => {},
  release: async () => {},
  cleanUp: async () => {},
  cleanUpOthers: async () => {},
};
