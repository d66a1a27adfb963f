import type { LifecycleHandler, Probe } from "../../../../api/generated/core-v1.ts";
import type { CheckedPod, Violation } from "../check.ts";
import { type AnyContainer, containersOf, containersText, containersWhere, settersWhere } from "../containers.ts";
import { distinct, listed, worded } from "../wording.ts";

const NAMESPACES = ["hostNetwork", "hostPID", "hostIPC"] as const;

export function hostNamespaces({ spec }: CheckedPod): Violation | undefined {
  const shared = NAMESPACES.filter((field) => spec[field] === true);
  if (shared.length === 0) return undefined;
  return { reason: "host namespaces", detail: shared.map((field) => `${field}=true`).join(", ") };
}

export function hostPathVolumes({ spec }: CheckedPod): Violation | undefined {
  const names = (spec.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined).map(({ name }) => name);
  if (names.length === 0) return undefined;
  return { reason: "hostPath volumes", detail: `${worded(names.length, "volume")} ${listed(names)}` };
}

export function hostPorts({ spec }: CheckedPod): Violation | undefined {
  const names = containersWhere(spec, (container) => hostPortsOf(container).length > 0);
  if (names.length === 0) return undefined;
  const ports = distinct(containersOf(spec).flatMap(hostPortsOf));
  const use = `${worded(names.length, "uses", "use")} ${worded(ports.length, "hostPort")}`;
  return { reason: "hostPort", detail: `${containersText(names)} ${use} ${ports.join(", ")}` };
}

function hostPortsOf({ ports = [] }: AnyContainer): readonly string[] {
  return ports.flatMap(({ hostPort }) => (hostPort === undefined || hostPort === 0 ? [] : [String(hostPort)]));
}

/** Probes and hooks that go elsewhere make the kubelet knock at doors that the pod itself may not reach. */
export function hostsOfProbes({ spec }: CheckedPod): Violation | undefined {
  const names = distinct(containersWhere(spec, (container) => hostsOf(container).length > 0));
  if (names.length === 0) return undefined;
  const hosts = distinct(containersOf(spec).flatMap(hostsOf));
  const reason = "probe or lifecycle host";
  const use = `${worded(names.length, "uses", "use")} ${worded(hosts.length, reason)}`;
  return { reason, detail: `${containersText(names)} ${use} ${listed(hosts)}` };
}

/** Empty is the pod itself. */
function hostsOf({ livenessProbe, readinessProbe, startupProbe, lifecycle }: AnyContainer): readonly string[] {
  const handlers: readonly (Probe | LifecycleHandler | undefined)[] = [
    livenessProbe,
    readinessProbe,
    startupProbe,
    lifecycle?.postStart,
    lifecycle?.preStop,
  ];
  return handlers
    .flatMap((handler) => [handler?.httpGet?.host, handler?.tcpSocket?.host])
    .filter((host): host is string => host !== undefined && host !== "");
}

export function hostProcess({ spec }: CheckedPod): Violation | undefined {
  const { names } = settersWhere(spec, ({ windowsOptions }) => windowsOptions?.hostProcess === true);
  if (names.length === 0) return undefined;
  const detail = `${names.join(" and ")} must not set securityContext.windowsOptions.hostProcess=true`;
  return { reason: "hostProcess", detail };
}
