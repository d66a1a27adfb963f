import type { Service, ServicePort, ServiceSpec, ServiceStatus } from "../api/generated/core-v1.ts";
import type { Endpoint, EndpointSlice } from "../api/generated/discovery-v1.ts";

/** Objects for tests, as the API stores them. */
export function testService(
  name: string,
  spec: Partial<Omit<ServiceSpec, "ports">> & { readonly ports?: readonly Partial<ServicePort>[] },
  more: {
    readonly status?: ServiceStatus;
    readonly labels?: Readonly<Record<string, string>>;
    readonly namespace?: string;
  } = {},
): Service {
  const { ports = [{}], ...rest } = spec;
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: metadata(name, more.namespace, more.labels),
    spec: {
      type: "ClusterIP",
      sessionAffinity: "None",
      internalTrafficPolicy: "Cluster",
      ...(rest.clusterIP === undefined || rest.clusterIP === "" ? {} : { clusterIPs: [rest.clusterIP] }),
      ...rest,
      ports: ports.map((port) => ({ protocol: "TCP" as const, port: 80, targetPort: 8080, ...port })),
    },
    status: more.status ?? { loadBalancer: {} },
  };
}

export interface TestEndpoint extends Partial<Endpoint> {
  readonly address: string;
  readonly node?: string;
}

export function testSlice(
  service: string,
  endpoints: readonly TestEndpoint[],
  more: {
    readonly ports?: EndpointSlice["ports"];
    readonly name?: string;
    readonly addressType?: EndpointSlice["addressType"];
    readonly namespace?: string;
  } = {},
): EndpointSlice {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: metadata(more.name ?? `${service}-a`, more.namespace, { "kubernetes.io/service-name": service }),
    addressType: more.addressType ?? "IPv4",
    ports: more.ports === undefined ? [{ name: "", port: 8080, protocol: "TCP" }] : more.ports,
    endpoints: endpoints.map(({ address, node, ...rest }) => ({
      addresses: [address],
      conditions: { ready: true, serving: true, terminating: false },
      ...(node === undefined ? {} : { nodeName: node }),
      ...rest,
    })),
  };
}

function metadata(name: string, namespace = "default", labels: Readonly<Record<string, string>> = {}) {
  return {
    name,
    namespace,
    uid: `${namespace}/${name}`,
    resourceVersion: "1",
    creationTimestamp: "2026-01-01T00:00:00Z",
    labels,
  };
}
