import type { Container, Pod } from "../../api/generated/core-v1.ts";
import type { ContainerConfig, Image, Mount } from "../ports/runtime.ts";
import type { Variable } from "./environment.ts";
import { expand } from "./expand.ts";
import { containerAnnotations, containerLabels } from "./labels.ts";
import { containerLogPath } from "./names.ts";
import { linuxResources } from "./resources.ts";
import { containerSecurity } from "./security.ts";

/** What is known once the image is here and the volumes stand. */
export interface ContainerFacts {
  readonly image: Image;
  readonly restartCount: number;
  readonly environment: readonly Variable[];
  readonly mounts: readonly Mount[];
  /** The host's path of the termination message, "" for none. */
  readonly messageFile: string;
  readonly memoryCapacity: number;
  readonly seccompProfiles: string;
}

/** @throws Error in Kubernetes' words: `CreateContainerConfigError`. */
export function containerConfig(pod: Pod, container: Container, facts: ContainerFacts): ContainerConfig {
  const values = new Map(facts.environment.map(({ name, value }) => [name, value]));
  const expanded = (texts: readonly string[] | undefined) =>
    (texts ?? []).map((text) => expand(text, (name) => values.get(name)));
  const stopSignal = container.lifecycle?.stopSignal;
  const messagePath = container.terminationMessagePath ?? "";
  return {
    name: container.name,
    attempt: facts.restartCount,
    image: facts.image.id,
    userImage: container.image ?? "",
    command: expanded(container.command),
    args: expanded(container.args),
    workingDirectory: container.workingDir ?? "",
    environment: facts.environment,
    mounts:
      facts.messageFile === "" || messagePath === ""
        ? facts.mounts
        : [...facts.mounts, plainMount(facts.messageFile, messagePath)],
    devices: [],
    labels: containerLabels(pod, container),
    annotations: containerAnnotations(pod, container, facts.restartCount, facts.messageFile),
    logPath: containerLogPath(container.name, facts.restartCount),
    stdin: container.stdin === true,
    stdinOnce: container.stdinOnce === true,
    tty: container.tty === true,
    resources: linuxResources(pod, container, facts.memoryCapacity),
    security: containerSecurity(pod, container, facts.image, facts.seccompProfiles),
    ...(stopSignal === undefined ? {} : { stopSignal }),
  };
}

/** A writable mount that nothing is propagated through. */
export function plainMount(hostPath: string, containerPath: string): Mount {
  return {
    hostPath,
    containerPath,
    readOnly: false,
    recursiveReadOnly: false,
    propagation: "private",
    selinuxRelabel: false,
  };
}
