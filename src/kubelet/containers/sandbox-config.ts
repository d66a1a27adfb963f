import type { Pod } from "../../api/generated/core-v1.ts";
import type { PortMapping, SandboxConfig } from "../ports/runtime.ts";
import type { PodDns } from "./dns.ts";
import { hostNameOf, kernelHostName } from "./hostname.ts";
import { podLabels } from "./labels.ts";
import type { NodePaths } from "./names.ts";
import { namespaceOf, onHostNetwork, podLogDirectory } from "./names.ts";
import { cgroupParent } from "./resources.ts";
import { namespacesOf, sandboxSecurity } from "./security.ts";

/** What of the node goes into a sandbox. */
export interface SandboxNode {
  readonly paths: NodePaths;
  readonly clusterDomain: string;
  readonly cgroupRoot: string;
  /** Runtime handlers by RuntimeClass; the class "" is the default. */
  readonly runtimeHandlers: ReadonlyMap<string, string>;
}

/** @throws Error where the host name is too long or the RuntimeClass unknown. */
export function sandboxConfig(pod: Pod, attempt: number, dns: PodDns, node: SandboxNode): SandboxConfig {
  const identity = { name: pod.metadata.name, namespace: namespaceOf(pod), uid: pod.metadata.uid, attempt };
  const hostNetwork = onHostNetwork(pod);
  const runtimeClass = pod.spec.runtimeClassName ?? "";
  const runtimeHandler = runtimeClass === "" ? "" : node.runtimeHandlers.get(runtimeClass);
  if (runtimeHandler === undefined) throw new Error(`failed to get RuntimeClass ${runtimeClass}`);
  return {
    identity,
    hostname: hostNetwork
      ? ""
      : kernelHostName(hostNameOf(pod, node.clusterDomain), pod.spec.setHostnameAsFQDN === true),
    logDirectory: podLogDirectory(node.paths, identity),
    dns: dns.config,
    ports: hostNetwork ? [] : portMappings(pod),
    labels: podLabels(pod),
    annotations: pod.metadata.annotations ?? {},
    cgroupParent: cgroupParent(node.cgroupRoot, pod),
    sysctls: Object.fromEntries(
      (pod.spec.securityContext?.sysctls ?? []).map(({ name, value }) => [name.replaceAll("/", "."), value]),
    ),
    namespaces: namespacesOf(pod),
    security: sandboxSecurity(pod),
    runtimeHandler,
  };
}

function portMappings(pod: Pod): PortMapping[] {
  const sidecars = (pod.spec.initContainers ?? []).filter((container) => container.restartPolicy === "Always");
  return [...sidecars, ...pod.spec.containers].flatMap(({ ports }) =>
    (ports ?? []).map(({ protocol = "TCP", containerPort, hostPort = 0, hostIP = "" }) => ({
      protocol: protocol as PortMapping["protocol"],
      containerPort,
      hostPort,
      hostIP,
    })),
  );
}
