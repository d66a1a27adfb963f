import type { ConfigMap, Pod, PodStatus, Secret, Service } from "../../api/generated/core-v1.ts";
import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import type { TaskGroup } from "../../base/task-group.ts";
import type { EventRecorder } from "../../client/recorder.ts";
import type { ClusterDns } from "../containers/dns.ts";
import type { SandboxNode } from "../containers/sandbox-config.ts";
import type { ImagePuller } from "../images/puller.ts";
import type { PodLife } from "../pod-life/state.ts";
import type { ProbeNetwork } from "../ports/network.ts";
import type { ContainerRuntime } from "../ports/runtime.ts";
import type { ProbeCounts } from "../probes/probe-counts.ts";
import type { PodFiles } from "./files.ts";

/** What all pods of one node share. */
export interface NodeParts {
  readonly nodeName: string;
  readonly runtime: ContainerRuntime;
  /** As it stands before container ids: `containerd`. */
  readonly runtimeName: string;
  readonly network: ProbeNetwork;
  readonly files: PodFiles;
  readonly images: ImagePuller;
  readonly objects: ApiObjects;
  readonly recorder: EventRecorder;
  readonly probeCounts: ProbeCounts;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly tasks: TaskGroup;
  readonly sandbox: SandboxNode;
  readonly dns: ClusterDns;
  readonly seccompProfiles: string;
  readonly memoryCapacity: number;
  readonly startedAtMs: number;
  /** The node's addresses, the primary one first. */
  hostIPs(): readonly string[];
  allocatable(): Readonly<Record<string, string>>;
}

/** What of the API containers are made from. */
export interface ApiObjects {
  configMap(namespace: string, name: string): Promise<ConfigMap | undefined>;
  secret(namespace: string, name: string): Promise<Secret | undefined>;
  /**
   * Waits until they have been read once, as a container of the API without its address would be of no use. A static pod is
   * to run without any API, and gets what there is.
   */
  services(pod: Pod): Promise<Iterable<Service>>;
}

/** Where a pod's worker tells what changed. */
export interface PodReports {
  /** The status may have changed: it is asked for when it can be written. */
  statusChanged(worker: ReportingPod): void;
  /** @throws StatusError */
  deleteObject(worker: ReportingPod): Promise<void>;
  /** These ids of the runtime belong to this pod. */
  owns(id: string, worker: ReportingPod): void;
  ended(worker: ReportingPod): void;
  /** The pod's object asks for other resources than the pod has; answered by an observation. */
  asksForResources(worker: ReportingPod): void;
  lifeChanged(before: PodLife, now: PodLife): void;
}

export interface ReportingPod {
  readonly pod: Pod;
  /** The status as it is now. */
  status(): PodStatus;
  /** A container is gone only for the moment until its replacement runs. */
  isReplacing(): boolean;
  /** What was done since this was last asked, with the time each step took, in milliseconds: the facts of the write's cause. */
  takeFacts(): Readonly<Record<string, unknown>>;
}
