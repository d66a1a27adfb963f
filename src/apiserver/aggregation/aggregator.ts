import { type APIService, availabilityOf } from "../../api/apiregistration/v1/api-service.ts";
import type { Kind } from "../../api/kind.ts";
import type { KindRegistry } from "../../api/registry.ts";
import type { Clock } from "../../base/clock.ts";
import { base64ToBytes } from "../../machinery/base64.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { StatusError } from "../../machinery/status.ts";
import type { Lookup } from "../admission/lookup.ts";
import { MASTERS } from "../auth/groups.ts";
import type { User } from "../auth/user.ts";
import { encodeText } from "../encode/text.ts";
import type { ApiRequest, ApiResponse } from "../http.ts";
import { readyEndpoint } from "../proxies.ts";
import type { RemoteServers, RemoteTarget } from "./remote.ts";
import { type RemoteResourceList, remoteKinds } from "./remote-kinds.ts";

/** The way to API servers that others run in the cluster. */
export interface Aggregator {
  /** Sends a request on, if somebody else answers for its version of a group. @param user who may make it, as was found out */
  answer(request: ApiRequest, user: User): Promise<ApiResponse> | undefined;
  /** Asks a server for its resources, and keeps them for discovery. @returns why it could not; undefined if it did */
  probe(service: APIService): Promise<string | undefined>;
  /** Its resources are no longer told of. @param name of the APIService */
  forget(name: string): void;
}

export interface AggregatorParts {
  readonly lookup: Lookup;
  readonly remotes: RemoteServers;
  readonly clock: Clock;
}

/** What discovery tells of: the kinds of this server and those of others. */
export type Discovered = Pick<KindRegistry, "all" | "generation">;

export function createAggregator(
  parts: AggregatorParts,
  registry: KindRegistry,
): Aggregator & { readonly discovered: Discovered } {
  const known = new Map<string, readonly Kind[]>();
  const lists = new Map<string, RemoteResourceList>();
  let changes = 0;
  const forget = (name: string) => {
    if (known.delete(name)) changes++;
    lists.delete(name);
  };
  return {
    answer(request, user) {
      const service = serviceOf(request.path, parts.lookup);
      return service === undefined ? undefined : forward(parts, service, request, user);
    },
    async probe(service) {
      const { group = "", version = "" } = service.spec;
      const { name } = service.metadata;
      const outcome = await ask(parts, service, `/apis/${group}/${version}`);
      if (typeof outcome === "string") return outcome;
      if (sameJson(outcome, lists.get(name))) return undefined;
      lists.set(name, outcome);
      known.set(name, remoteKinds(outcome, group, version));
      changes++;
      return undefined;
    },
    forget,
    discovered: {
      all: () => (known.size === 0 ? registry.all() : [...registry.all(), ...[...known.values()].flat()]),
      get generation() {
        return registry.generation + changes;
      },
    },
  };
}

const PATH = /^(?:\/openapi\/v3)?\/apis\/([^/]+)\/([^/]+)(?:\/|$)/;

/** Who answers for a path; undefined for this server itself. */
function serviceOf(path: string, lookup: Lookup): APIService | undefined {
  const found = PATH.exec(path);
  if (found === null) return undefined;
  const service = lookup.get<APIService>("apiregistration.k8s.io/apiservices", `${found[2]}.${found[1]}`);
  return service?.spec.service === undefined ? undefined : service;
}

async function forward(
  { lookup, remotes }: AggregatorParts,
  service: APIService,
  request: ApiRequest,
  user: User,
): Promise<ApiResponse> {
  if (availabilityOf(service.status)?.status !== "True") return UNAVAILABLE;
  let target: RemoteTarget;
  try {
    target = targetOf(service, lookup);
  } catch (error) {
    if (error instanceof StatusError) return UNAVAILABLE;
    throw error;
  }
  return remotes.forward(request, target, userHeaders(user));
}

const UNAVAILABLE: ApiResponse = {
  status: 503,
  headers: { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
  body: encodeText("service unavailable\n"),
};

/** @throws {StatusError} where nothing is ready behind the service */
function targetOf({ spec }: APIService, lookup: Lookup): RemoteTarget {
  const { namespace = "", name = "", port } = spec.service!;
  const { caBundle, insecureSkipTLSVerify = false } = spec;
  return {
    ...readyEndpoint(lookup, namespace, name, String(port)),
    serverName: `${name}.${namespace}.svc`,
    insecure: insecureSkipTLSVerify,
    ...(caBundle === undefined ? {} : { authorities: new TextDecoder().decode(base64ToBytes(caBundle)) }),
  };
}

/** By which headers the other server knows for whom a request is made. */
export const USER_HEADERS = { user: "X-Remote-User", group: "X-Remote-Group", extra: "X-Remote-Extra-" } as const;

function userHeaders({ name, groups, extra }: User): Readonly<Record<string, string | readonly string[]>> {
  const prefix = USER_HEADERS.extra.toLowerCase();
  return {
    [USER_HEADERS.user.toLowerCase()]: name,
    [USER_HEADERS.group.toLowerCase()]: groups,
    ...Object.fromEntries(Object.entries(extra).map(([key, values]) => [prefix + encodeURIComponent(key), values])),
  };
}

const TIMEOUT_MS = 5_000;
/** Who asks for what a server has: nothing is kept from it. */
const ITSELF: User = { name: "system:kube-aggregator", uid: "", groups: [MASTERS], extra: {} };

/** @returns the resources, or why there are none to be had */
async function ask(parts: AggregatorParts, service: APIService, path: string): Promise<RemoteResourceList | string> {
  const timeout = new AbortController();
  using _timer = parts.clock.timer(TIMEOUT_MS, () => timeout.abort());
  let url = path;
  try {
    const target = targetOf(service, parts.lookup);
    url = `https://${target.host}:${target.port}${path}`;
    const request: ApiRequest = {
      method: "GET",
      path,
      query: new URLSearchParams(),
      headers: { accept: "application/json" },
      body: () => Promise.resolve(new Uint8Array()),
      signal: timeout.signal,
      peer: { address: "" },
    };
    const { status, body } = await parts.remotes.forward(request, target, userHeaders(ITSELF));
    const text = await textOf(body);
    if (status < 200 || status >= 300) {
      return `failing or missing response from ${url}: bad status from ${url}: ${status}`;
    }
    return JSON.parse(text) as RemoteResourceList;
  } catch (error) {
    return `failing or missing response from ${url}: Get "${url}": ${(error as Error).message}`;
  }
}

async function textOf(body: ApiResponse["body"]): Promise<string> {
  const decoder = new TextDecoder();
  if (body instanceof Uint8Array) return decoder.decode(body);
  if (body?.type !== "chunks") return "";
  let text = "";
  for await (const chunks of body.chunks) for (const chunk of chunks) text += decoder.decode(chunk, { stream: true });
  return text;
}
