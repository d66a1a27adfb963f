import type { Kind } from "../api/kind.ts";
import type { KindRegistry } from "../api/registry.ts";
import type { CallOptions, Verb } from "../client/call.ts";
import { badRequest, failure, methodNotAllowed, unknownPath } from "../machinery/status.ts";
import type { ApiRequest } from "./http.ts";

/** What a request is about: a resource of the API, one that is not there, or another path. */
export type Target =
  | ResourceTarget
  | UnservedTarget
  | { readonly type: "path"; readonly verb: string; readonly path: string };

/** A path as those of resources are. Whoever may not ask for such a resource is not told that there is none. */
export interface UnservedTarget extends Place {
  readonly type: "unserved";
  /** Empty for a method that stands for none. */
  readonly verb: Verb | "";
  readonly group: string;
  readonly version: string;
  /** Whether the group is one of those that this server knows by itself. */
  readonly isOurs: boolean;
}

export interface ResourceTarget {
  readonly type: "resource";
  readonly verb: Verb;
  readonly kind: Kind;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  /** What follows the subresource: the path that a proxy passes on, as it was sent, with its leading slash. */
  readonly rest: string | undefined;
}

/** Reads a request's method and path. @throws {StatusError} 404 for a place where no resource can be, 405 for a method that makes no sense. */
export function routeOf(request: Pick<ApiRequest, "method" | "path" | "query">, registry: KindRegistry): Target {
  const segments = segmentsOf(request.path);
  const found = groupVersionOf(segments);
  if (found === undefined || found.next >= segments.length) return otherPath(request);
  // The old form of watches: /api/v1/watch/pods.
  const watched = segments[found.next] === "watch" && segments.length > found.next + 1;
  const place = placeOf(segments, watched ? found.next + 1 : found.next, request.path);
  const kind = registry.byResource(found.group, found.version, place.plural);
  const { plural, namespace, name, subresource, rest } = place;
  if (kind === undefined) {
    // A group that is not served, or that has custom kinds alone, has no server of its own to tell what it has not.
    const isOurs = registry.all().some(({ group, custom }) => group === found.group && custom === undefined);
    const { group, version } = found;
    const verb = watched ? "watch" : wishedVerb(request, place);
    return { type: "unserved", verb, group, version, plural, namespace, name, subresource, rest, isOurs };
  }
  if (kind.namespaced ? namespace === undefined && name !== undefined : namespace !== undefined) throw unknownPath();
  const verb = watched ? "watch" : verbOf(request, place);
  return { type: "resource", verb, kind, namespace, name, subresource, rest };
}

function otherPath({ method, path }: Pick<ApiRequest, "method" | "path">): Target {
  return { type: "path", verb: method.toLowerCase(), path };
}

interface Place extends Pick<ResourceTarget, "namespace" | "name" | "subresource" | "rest"> {
  readonly plural: string;
}

function segmentsOf(path: string): readonly string[] {
  const segments = path.split("/").filter((segment) => segment !== "");
  if (!path.includes("%")) return segments;
  try {
    return segments.map(decodeURIComponent);
  } catch (cause) {
    throw failure(400, "BadRequest", `the path ${path} is not valid percent-encoding`, undefined, cause);
  }
}

/** @returns where the resource's own segments begin, too. */
function groupVersionOf(segments: readonly string[]) {
  const [root, first, second] = segments;
  if (root === "api" && first !== undefined) return { group: "", version: first, next: 2 };
  if (root === "apis" && first !== undefined && second !== undefined) return { group: first, version: second, next: 3 };
  return undefined;
}

/** `namespaces/x/pods/y/log`, `nodes/y/proxy/…`; and `namespaces/x/status`, where the namespace is the object itself. */
function placeOf(segments: readonly string[], start: number, path: string): Place {
  const name = segments[start + 1];
  const further = segments[start + 2];
  if (segments[start] === "namespaces" && further !== undefined && !OF_NAMESPACES.has(further)) {
    return named(segments, start + 2, path, name);
  }
  return named(segments, start, path, undefined);
}

const OF_NAMESPACES = new Set(["status", "finalize"]);

function named(segments: readonly string[], start: number, path: string, namespace: string | undefined): Place {
  const subresource = segments[start + 2];
  let rest: string | undefined;
  if (subresource === "proxy") rest = restOf(path);
  else if (segments.length > start + 3) rest = `/${segments.slice(start + 3).join("/")}`;
  return { plural: segments[start]!, namespace, name: segments[start + 1], subresource, rest };
}

/** Encoding and a slash at the end mean something to whom the request is passed on to. */
function restOf(path: string): string | undefined {
  // What is called `proxy` before may be the namespace or the object: the subresource stands behind three names at least.
  const end = /^\/+(?:api|apis\/+[^/]+)\/+[^/]+\/+(?:namespaces\/+[^/]+\/+)?[^/]+\/+[^/]+\/+proxy/.exec(path)?.[0]
    .length;
  const rest = end === undefined ? "" : path.slice(end);
  return rest === "" ? undefined : rest;
}

function verbOf(
  { method, query }: Pick<ApiRequest, "method" | "query">,
  { name, subresource }: Pick<Place, "name" | "subresource">,
): Verb {
  const isNamed = name !== undefined;
  switch (method) {
    case "GET":
      if (isNamed) return "get";
      return isTrue(query.get("watch")) ? "watch" : "list";
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return isNamed ? "delete" : "deletecollection";
    default:
      // Whatever method a proxied request has, it is for those behind to understand.
      if (subresource === "proxy") return "get";
      throw methodNotAllowed();
  }
}

/** What a method stands for, whether or not it makes sense there. */
function wishedVerb(request: Pick<ApiRequest, "method" | "query">, { name }: Pick<Place, "name">): Verb | "" {
  switch (request.method) {
    case "GET":
    case "DELETE":
      return verbOf(request, { name, subresource: undefined });
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    default:
      return "";
  }
}

/** The options that stand in the query. @throws {StatusError} 400 for a number that is none. */
export function optionsOf(query: URLSearchParams): CallOptions {
  if (query.size === 0) return NO_OPTIONS;
  const options: Record<string, unknown> = {};
  for (const name of TEXTS) {
    const value = query.get(name);
    if (value !== null) options[name] = value;
  }
  for (const name of NUMBERS) {
    const value = query.get(name);
    if (value !== null && value !== "") options[name] = numberOf(value);
  }
  for (const name of FLAGS) {
    const value = query.get(name);
    if (value !== null) options[name] = isTrue(value);
  }
  const dryRun = query.getAll("dryRun");
  if (dryRun.length > 0) options["dryRun"] = dryRun;
  return options;
}

const NO_OPTIONS: CallOptions = {};

/** Of the options, what the authorizer looks at. */
export function selectorsOf(query: URLSearchParams): Pick<CallOptions, "labelSelector" | "fieldSelector"> {
  if (query.size === 0) return NO_OPTIONS;
  const [labelSelector, fieldSelector] = [query.get("labelSelector"), query.get("fieldSelector")];
  return {
    ...(labelSelector === null ? {} : { labelSelector }),
    ...(fieldSelector === null ? {} : { fieldSelector }),
  };
}

const TEXTS = [
  "labelSelector",
  "fieldSelector",
  "continue",
  "resourceVersion",
  "resourceVersionMatch",
  "fieldManager",
  "fieldValidation",
  "propagationPolicy",
];
const NUMBERS = ["limit", "timeoutSeconds", "gracePeriodSeconds"];
const FLAGS = ["allowWatchBookmarks", "sendInitialEvents", "force", "orphanDependents"];

function numberOf(value: string): number {
  if (/^[+-]?\d+$/.test(value)) {
    if (BigInt.asIntN(64, BigInt(value)) === BigInt(value)) return Number(value);
    throw badRequest(`strconv.ParseInt: parsing "${value}": value out of range`);
  }
  throw badRequest(`strconv.ParseInt: parsing "${value}": invalid syntax`);
}

/** Go reads a flag's empty value as true, as `?watch` means it. */
function isTrue(value: string | null): boolean {
  return value !== null && value !== "false" && value !== "0";
}
