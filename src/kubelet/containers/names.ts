import type { Container, Pod } from "../../api/generated/core-v1.ts";

/** The node's own folders. */
export interface NodePaths {
  /** Where pods' volumes and files live, `/var/lib/kubelet`. */
  readonly root: string;
  /** Where containers' logs live, `/var/log/pods`. */
  readonly logs: string;
}

export function namespaceOf(pod: Pod): string {
  return pod.metadata.namespace ?? "";
}

/** A pod as Kubernetes writes it in messages: `web-1_default(uid)`. */
export function podText(pod: Pod): string {
  return `${pod.metadata.name}_${namespaceOf(pod)}(${pod.metadata.uid})`;
}

export function podDirectory(paths: NodePaths, uid: string): string {
  return `${paths.root}/pods/${uid}`;
}

/** One file system in memory for what must not reach the disk, of all pods: mounting one for each volume takes longer than all else. */
export function memoryDirectory(paths: NodePaths): string {
  return `${paths.root}/memory`;
}

/** Where a pod's volumes lie, each in the folder of its plugin. */
export function volumesDirectory(paths: NodePaths, uid: string, medium: "disk" | "memory"): string {
  return medium === "memory" ? `${memoryDirectory(paths)}/${uid}` : `${podDirectory(paths, uid)}/volumes`;
}

/** Where a container's termination messages are written, one file for each of its starts. */
export function containerDirectory(paths: NodePaths, uid: string, container: string): string {
  return `${podDirectory(paths, uid)}/containers/${container}`;
}

export function podLogDirectory(paths: NodePaths, pod: { namespace: string; name: string; uid: string }): string {
  return `${paths.logs}/${pod.namespace}_${pod.name}_${pod.uid}`;
}

/** Relative to the pod's log directory, as the runtime wants it. */
export function containerLogPath(container: string, restartCount: number): string {
  return `${container}/${restartCount}.log`;
}

export interface SpecOfContainer {
  readonly type: ContainerType;
  readonly spec: Container;
  readonly index: number;
}

export type ContainerType = "container" | "init" | "sidecar" | "ephemeral";

/** All containers of a pod with what they are: init containers and sidecars first, then the others, then ephemeral ones. */
export function containersOf(pod: Pod): readonly SpecOfContainer[] {
  const init = (pod.spec.initContainers ?? []).map((spec, index) => ({
    type: isSidecar(spec) ? ("sidecar" as const) : ("init" as const),
    spec,
    index,
  }));
  const regular = pod.spec.containers.map((spec, index) => ({ type: "container" as const, spec, index }));
  const ephemeral = (pod.spec.ephemeralContainers ?? []).map((spec, index) => ({
    type: "ephemeral" as const,
    spec: spec as Container,
    index,
  }));
  return [...init, ...regular, ...ephemeral];
}

export function findContainer(pod: Pod, name: string): SpecOfContainer | undefined {
  return containersOf(pod).find((container) => container.spec.name === name);
}

/** Of an init container: does it keep running beside the main ones? */
export function isSidecar(initContainer: Container): boolean {
  return initContainer.restartPolicy === "Always";
}

export function onHostNetwork(pod: Pod): boolean {
  return pod.spec.hostNetwork === true;
}

/** The path of the field of the pod that holds a container, as events name it: `spec.containers{web}`. */
export function fieldPathOf(pod: Pod, name: string): string {
  switch (findContainer(pod, name)?.type) {
    case "init":
    case "sidecar":
      return `spec.initContainers{${name}}`;
    case "ephemeral":
      return `spec.ephemeralContainers{${name}}`;
    default:
      return `spec.containers{${name}}`;
  }
}
