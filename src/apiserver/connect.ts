import type { Node, Pod } from "../api/generated/core-v1.ts";
import { badRequest, failure, internalError, notFoundError, type StatusError } from "../machinery/status.ts";
import type { Admission } from "./admission/admission.ts";
import { admitConnect } from "./admission/connect.ts";
import type { Lookup } from "./admission/lookup.ts";
import { authorize } from "./auth/denial.ts";
import type { Authorizer, User } from "./auth/user.ts";
import type { ConnectHandler } from "./handle.ts";
import type { ApiRequest, ApiResponse, ResponseBody } from "./http.ts";
import { attributesOf } from "./perform.ts";
import type { ResourceTarget } from "./route.ts";
import type { RelayTls } from "./streams.ts";

/** Sends a request to a server of the cluster (a node's agent) and passes its answer on as it comes. */
export interface NodeConnection {
  forward(request: ApiRequest, url: string): Promise<ApiResponse>;
  /** How the API server shows itself to nodes. */
  readonly tls: RelayTls;
}

export interface ConnectParts {
  readonly lookup: Lookup;
  readonly authorizer: Authorizer;
  readonly admission: Admission;
  readonly nodes: NodeConnection;
}

const COMMANDS: Readonly<Record<string, string>> = { exec: "exec", attach: "attach", portforward: "portForward" };

/** Logs, exec, attach and port-forward: who may is decided here, what happens is the node's. */
export function podConnects({ lookup, authorizer, admission, nodes }: ConnectParts): ConnectHandler {
  return (request, target, user) => {
    const { kind, subresource = "" } = target;
    if (kind.group !== "" || kind.kind !== "Pod") return undefined;
    if (subresource !== "log" && COMMANDS[subresource] === undefined) return undefined;
    return connect(request, target, user);
  };

  async function connect(request: ApiRequest, target: ResourceTarget, user: User): Promise<ApiResponse> {
    const { namespace = "", name = "", subresource = "" } = target;
    // A WebSocket begins with GET, and is a create all the same: it changes what runs.
    const verbs = subresource === "log" || request.method === "POST" ? [target.verb] : [target.verb, "create"];
    for (const verb of verbs) authorize(authorizer, { ...attributesOf({ ...target, user }), verb });
    if (subresource !== "log") await admitConnect(admission, target, user, request.query);
    const pod = lookup.get<Pod>("core/pods", name, namespace);
    if (pod === undefined) throw notFoundError({ group: "", name: "pods" }, name);
    const container =
      subresource === "portforward" ? undefined : chosenContainer(pod, request.query.get("container") ?? "");
    const address = nodeAddress(lookup, pod);
    if (subresource === "log") {
      const path = ["containerLogs", namespace, name, container!].map(encodeURIComponent).join("/");
      const answer = await nodes.forward(request, `${address}/${path}${search(request, [])}`);
      if (answer.status !== 200) throw await refusalOf(answer, name);
      return answer;
    }
    const parts = [COMMANDS[subresource]!, namespace, name, ...(container === undefined ? [] : [container])];
    const url = `${address}/${parts.map(encodeURIComponent).join("/")}${search(request, ["container"])}`;
    return {
      status: 101,
      headers: {},
      body: {
        type: "upgrade",
        handler: { type: "relay", url, method: request.method, headers: upgradeHeaders(request), tls: nodes.tls },
      },
    };
  }
}

/** A node says in plain text what is wrong; clients want a Status. */
async function refusalOf({ status, body }: ApiResponse, pod: string): Promise<StatusError> {
  const text = await textOf(body);
  if (status === 400) return badRequest(text);
  if (status === 404) {
    return failure(404, "NotFound", `the server could not find the requested resource ( pods ${pod})`);
  }
  return internalError(new Error(text));
}

async function textOf(body: ResponseBody): Promise<string> {
  const decoder = new TextDecoder();
  if (body instanceof Uint8Array) return decoder.decode(body);
  if (body?.type !== "chunks") return "";
  let text = "";
  for await (const step of body.chunks) for (const chunk of step) text += decoder.decode(chunk, { stream: true });
  return text;
}

function nodeAddress(lookup: Lookup, pod: Pod): string {
  const nodeName = pod.spec.nodeName ?? "";
  if (nodeName === "") throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
  const node = lookup.get<Node>("core/nodes", nodeName);
  if (node === undefined) throw notFoundError({ group: "", name: "nodes" }, nodeName);
  const address = node.status.addresses?.find(({ type }) => type === "InternalIP")?.address;
  const port = node.status.daemonEndpoints?.kubeletEndpoint?.Port;
  if (address === undefined || port === undefined) {
    throw internalError(new Error(`no preferred addresses found; known addresses: []`));
  }
  return `https://${address.includes(":") ? `[${address}]` : address}:${port}`;
}

/** The container that is meant where none is named: the only one, or the one that an annotation names. */
function chosenContainer({ spec, metadata }: Pod, named: string): string {
  const all = [...(spec.initContainers ?? []), ...spec.containers, ...(spec.ephemeralContainers ?? [])];
  if (named !== "") {
    if (all.some(({ name }) => name === named)) return named;
    throw badRequest(`container ${named} is not valid for pod ${metadata.name}`);
  }
  const [only] = spec.containers;
  if (spec.containers.length === 1 && (spec.initContainers ?? []).length === 0) return only!.name;
  const marked = metadata.annotations?.["kubectl.kubernetes.io/default-container"];
  if (marked !== undefined && all.some(({ name }) => name === marked)) return marked;
  const choices = spec.containers.map(({ name }) => name).join(" ");
  const initial = (spec.initContainers ?? []).map(({ name }) => name).join(" ");
  const or = initial === "" ? "" : ` or one of the init containers: [${initial}]`;
  throw badRequest(`a container name must be specified for pod ${metadata.name}, choose one of: [${choices}]${or}`);
}

/** The query goes on under the names that nodes use. */
function search({ query }: ApiRequest, without: readonly string[]): string {
  const passed = new URLSearchParams();
  for (const [name, value] of query) {
    if (without.includes(name)) continue;
    const on = STREAM_FLAGS[name];
    if (on === undefined) passed.append(name, value);
    else if (value !== "false" && value !== "0") passed.set(on, "1");
  }
  const text = passed.toString();
  return text === "" ? "" : `?${text}`;
}

const STREAM_FLAGS: Readonly<Record<string, string>> = {
  stdin: "input",
  stdout: "output",
  stderr: "error",
  tty: "tty",
};

function upgradeHeaders({ headers }: ApiRequest): Readonly<Record<string, string>> {
  const passed: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && (UPGRADE_HEADERS.has(name) || name.startsWith("sec-websocket-"))) passed[name] = value;
  }
  return passed;
}

const UPGRADE_HEADERS = new Set(["upgrade", "connection", "x-stream-protocol-version"]);
