import type { Mutable } from "../../../machinery/object.ts";
import type { PodSpec, PodStatus } from "../../generated/core-v1.ts";

/** Takes out what Kubernetes 1.36 drops of a pod's specification because its feature is closed unless one opens it. */
export function dropClosedFeatures(spec: Mutable<PodSpec>): void {
  delete spec.schedulingGroup;
  for (const { projected } of spec.volumes ?? []) {
    for (const source of projected?.sources ?? []) {
      delete source.clusterTrustBundle;
      delete source.podCertificate;
    }
  }
  for (const containers of [spec.initContainers, spec.containers, spec.ephemeralContainers]) {
    for (const container of containers ?? []) {
      if (container.lifecycle?.stopSignal === undefined) continue;
      delete container.lifecycle.stopSignal;
      if (Object.keys(container.lifecycle).length === 0) delete container.lifecycle;
    }
  }
}

/** The same of its status. */
export function dropClosedStatus(status: Mutable<PodStatus>): void {
  delete status.nodeAllocatableResourceClaimStatuses;
  for (const statuses of [status.initContainerStatuses, status.containerStatuses, status.ephemeralContainerStatuses]) {
    for (const { volumeMounts } of statuses ?? []) {
      for (const mount of volumeMounts ?? []) delete mount.volumeStatus;
    }
  }
}
