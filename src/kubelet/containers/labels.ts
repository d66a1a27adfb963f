import type { Container, LifecycleHandler, Pod } from "../../api/generated/core-v1.ts";
import { namespaceOf } from "./names.ts";

// What a restarted kubelet learns about its pods from the runtime stands in these labels and annotations; their names are
// Kubernetes' own, so that tools such as crictl and log collectors find what they look for.
export const POD_NAME = "io.kubernetes.pod.name";
export const POD_NAMESPACE = "io.kubernetes.pod.namespace";
export const POD_UID = "io.kubernetes.pod.uid";
const CONTAINER_NAME = "io.kubernetes.container.name";

const HASH = "io.kubernetes.container.hash";
const RESTART_COUNT = "io.kubernetes.container.restartCount";
const MESSAGE_PATH = "io.kubernetes.container.terminationMessagePath";
const MESSAGE_POLICY = "io.kubernetes.container.terminationMessagePolicy";
const PRE_STOP = "io.kubernetes.container.preStopHandler";
const PORTS = "io.kubernetes.container.ports";
const DELETION_GRACE = "io.kubernetes.pod.deletionGracePeriod";
const TERMINATION_GRACE = "io.kubernetes.pod.terminationGracePeriod";
/** Ours: the host's path of the termination message, which the runtime does not tell us back. */
const MESSAGE_FILE = "wherry.dev/termination-message-file";

export function podLabels(pod: Pod): Record<string, string> {
  return { ...pod.metadata.labels, ...identityLabels(pod) };
}

export function containerLabels(pod: Pod, container: Container): Record<string, string> {
  return { ...identityLabels(pod), [CONTAINER_NAME]: container.name };
}

function identityLabels(pod: Pod): Record<string, string> {
  return { [POD_NAME]: pod.metadata.name, [POD_NAMESPACE]: namespaceOf(pod), [POD_UID]: pod.metadata.uid };
}

export function containerAnnotations(
  pod: Pod,
  container: Container,
  restartCount: number,
  messageFile: string,
): Record<string, string> {
  const annotations: Record<string, string> = {
    [HASH]: containerHash(container),
    [RESTART_COUNT]: String(restartCount),
    [MESSAGE_PATH]: container.terminationMessagePath ?? "",
    [MESSAGE_POLICY]: container.terminationMessagePolicy ?? "",
    [MESSAGE_FILE]: messageFile,
  };
  if (pod.metadata.deletionGracePeriodSeconds !== undefined) {
    annotations[DELETION_GRACE] = String(pod.metadata.deletionGracePeriodSeconds);
  }
  if (pod.spec.terminationGracePeriodSeconds !== undefined) {
    annotations[TERMINATION_GRACE] = String(pod.spec.terminationGracePeriodSeconds);
  }
  if (container.lifecycle?.preStop !== undefined) annotations[PRE_STOP] = JSON.stringify(container.lifecycle.preStop);
  if ((container.ports ?? []).length > 0) annotations[PORTS] = JSON.stringify(container.ports);
  return annotations;
}

/** What a container's annotations say about it. */
export interface Remembered {
  readonly hash: string;
  readonly restartCount: number;
  readonly messageFile: string;
  readonly fallBackToLogs: boolean;
  readonly graceSeconds: number | undefined;
  readonly preStop: LifecycleHandler | undefined;
}

export function remembered(annotations: Readonly<Record<string, string>>): Remembered {
  const grace = annotations[DELETION_GRACE] ?? annotations[TERMINATION_GRACE];
  const preStop = annotations[PRE_STOP];
  return {
    hash: annotations[HASH] ?? "",
    restartCount: Number(annotations[RESTART_COUNT] ?? 0),
    messageFile: annotations[MESSAGE_FILE] ?? "",
    fallBackToLogs: annotations[MESSAGE_POLICY] === "FallbackToLogsOnError",
    graceSeconds: grace === undefined ? undefined : Number(grace),
    preStop: preStop === undefined ? undefined : (JSON.parse(preStop) as LifecycleHandler),
  };
}

/** Tells a changed definition: like Kubernetes, by name and image only, as nothing else of a running container may change. */
export function containerHash(container: Container): string {
  const text = JSON.stringify([container.name, container.image ?? ""]);
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16);
}
