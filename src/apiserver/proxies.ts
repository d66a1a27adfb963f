import type { EndpointSlice } from "../api/generated/discovery-v1.ts";
import type { Node, Pod, Service } from "../api/generated/core-v1.ts";
import { badRequest, notFoundError, serviceUnavailable } from "../machinery/status.ts";
import type { Admission } from "./admission/admission.ts";
import { admitConnect } from "./admission/connect.ts";
import type { Lookup } from "./admission/lookup.ts";
import { authorize } from "./auth/denial.ts";
import type { Authorizer, User } from "./auth/user.ts";
import type { ConnectHandler } from "./handle.ts";
import type { ApiRequest, ApiResponse } from "./http.ts";
import { attributesOf } from "./perform.ts";
import type { ResourceTarget } from "./route.ts";

/** Sends a request on to a server of the cluster, with its body, and passes the answer on as it comes. */
export interface RequestForwarder {
  /** @param prefix what stands before the paths of that server here: the links of its pages get it too */
  forward(request: ApiRequest, url: string, prefix?: string): Promise<ApiResponse>;
}

export interface ProxyParts {
  readonly lookup: Lookup;
  readonly authorizer: Authorizer;
  readonly admission: Admission;
  readonly forwarder: RequestForwarder;
  /** For the nodes' own servers, which know the API server by its certificate. */
  readonly nodes: RequestForwarder;
}

/** `pods/proxy`, `services/proxy` and `nodes/proxy`: the API server as a way to what runs in the cluster. */
export function proxies(parts: ProxyParts): ConnectHandler {
  return (request, target, user) => {
    const { kind, subresource } = target;
    if (kind.group !== "" || subresource !== "proxy") return undefined;
    return proxy(parts, request, target, user);
  };
}

/** Kubernetes' verbs for proxied requests: those of the method, whatever lies behind. */
const VERBS: Readonly<Record<string, string>> = { POST: "create", PUT: "update", PATCH: "patch", DELETE: "delete" };

async function proxy(parts: ProxyParts, request: ApiRequest, target: ResourceTarget, user: User): Promise<ApiResponse> {
  const { scheme, name, port } = nameParts(target.name ?? "");
  const verb = VERBS[request.method] ?? "get";
  authorize(parts.authorizer, { ...attributesOf({ ...target, name, user }), verb });
  await admitConnect(parts.admission, { ...target, name }, user, new URLSearchParams({ path: target.rest ?? "" }));
  const query = request.query.toString();
  const search = query === "" ? "" : `?${query}`;
  const path = `${target.rest ?? "/"}${search}`;
  if (target.rest === undefined && (request.method === "GET" || request.method === "HEAD")) {
    // Relative links of a page would else lead out of the proxy.
    return { status: 301, headers: { location: `${request.path}/${search}` }, body: undefined };
  }
  const prefix = request.path.slice(0, request.path.length - (target.rest ?? "").length);
  const on = (host: string) => parts.forwarder.forward(request, `${scheme}://${host}${path}`, prefix);
  switch (target.kind.kind) {
    case "Pod":
      return on(podHost(parts.lookup, target, name, port));
    case "Service":
      return on(serviceHost(parts.lookup, target, name, port));
    default:
      return parts.nodes.forward(request, `https://${nodeHost(parts.lookup, name, port)}${path}`);
  }
}

/** `[scheme:]name[:port]` */
function nameParts(text: string): { readonly scheme: string; readonly name: string; readonly port: string } {
  const parts = text.split(":");
  if (parts.length === 3) return { scheme: parts[0] === "" ? "http" : parts[0]!, name: parts[1]!, port: parts[2]! };
  return { scheme: "http", name: parts[0]!, port: parts[1] ?? "" };
}

function podHost(lookup: Lookup, { namespace = "" }: ResourceTarget, name: string, port: string): string {
  const pod = lookup.get<Pod>("core/pods", name, namespace);
  if (pod === undefined) throw notFoundError({ group: "", name: "pods" }, name);
  const address = pod.status.podIP ?? "";
  if (address === "") throw badRequest("address not allowed");
  const first = pod.spec.containers.flatMap(({ ports = [] }) => ports)[0]?.containerPort;
  return hostText(address, port === "" ? String(first ?? 80) : port);
}

function serviceHost(lookup: Lookup, { namespace = "" }: ResourceTarget, name: string, port: string): string {
  const found = readyEndpoint(lookup, namespace, name, port);
  return hostText(found.host, String(found.port));
}

/**
 * One of the addresses that are ready behind a service's port. @param port its name or number; the only one when empty
 * @throws {StatusError} 404 for an unknown service, 503 where nothing is ready
 */
export function readyEndpoint(
  lookup: Lookup,
  namespace: string,
  name: string,
  port: string,
): { readonly host: string; readonly port: number } {
  const service = lookup.get<Service>("core/services", name, namespace);
  if (service === undefined) throw notFoundError({ group: "", name: "services" }, name);
  const ports = service.spec.ports ?? [];
  const chosen =
    port === "" && ports.length === 1 ? ports[0] : ports.find((one) => one.name === port || String(one.port) === port);
  if (chosen === undefined) throw serviceUnavailable(`no service port "${port}" found for service "${name}"`);
  const slices = lookup
    .list<EndpointSlice>("discovery.k8s.io/endpointslices", namespace)
    .filter(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === name);
  for (const { endpoints, ports: slicePorts } of slices) {
    const number = slicePorts?.find((one) => (one.name ?? "") === (chosen.name ?? ""))?.port;
    const ready = (endpoints ?? []).find(({ conditions }) => conditions?.ready !== false);
    if (number !== undefined && ready !== undefined) return { host: ready.addresses[0]!, port: number };
  }
  throw serviceUnavailable(`no endpoints available for service "${name}"`);
}

function nodeHost(lookup: Lookup, name: string, port: string): string {
  const node = lookup.get<Node>("core/nodes", name);
  if (node === undefined) throw notFoundError({ group: "", name: "nodes" }, name);
  const address = node.status.addresses?.find(({ type }) => type === "InternalIP")?.address ?? name;
  return hostText(address, port === "" ? String(node.status.daemonEndpoints?.kubeletEndpoint?.Port ?? 10250) : port);
}

function hostText(address: string, port: string): string {
  return `${address.includes(":") ? `[${address}]` : address}:${port}`;
}
