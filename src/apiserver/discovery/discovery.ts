import type { Discovered } from "../aggregation/aggregator.ts";
import { unknownPath } from "../../machinery/status.ts";
import { parseAccept } from "../encode/media-type.ts";
import { CONTENT_TYPES, type Format, formatOf, negotiate } from "../encode/negotiate.ts";
import { encodeText } from "../encode/text.ts";
import { encodeValue } from "../encode/value.ts";
import type { ApiRequest, ApiResponse } from "../http.ts";
import { apiGroup, apiGroupList, apiResourceList, apiVersions, groupDiscoveryList } from "./documents.ts";
import { servedGroups } from "./groups.ts";
import { textHash } from "../../base/sha256.ts";

type Asking = Pick<ApiRequest, "path" | "headers" | "query">;

/** What follows the form in the type of everything in one document. */
const AGGREGATED = "g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/**
 * Answers `/api`, `/apis` and what lies right below them; undefined for a path that is no discovery, or of a group or
 * version that nobody serves.
 * @param serverAddress host and port under which clients reach this server.
 * @throws StatusError 404 for a version that a group of ours has not, 406
 */
export function discoveryAnswer(request: Asking, registry: Discovered, serverAddress: string): ApiResponse | undefined {
  const parts = request.path.split("/").slice(1);
  if (parts.at(-1) === "") parts.pop();
  const path = `/${parts.join("/")}`;
  if (path === "/api" || path === "/apis") {
    const format = aggregatedFormat(request);
    if (format !== undefined) return aggregated(request, { path, format }, registry);
  }
  const document = remembered(registry).of(path, () => documentAt(parts, registry, serverAddress));
  if (document === undefined) {
    if (isVersionOfOurs(parts, registry)) throw unknownPath();
    return undefined;
  }
  const { format, pretty } = negotiate(request, "document");
  return {
    status: 200,
    headers: { "cache-control": "no-cache, private", "content-type": CONTENT_TYPES[format] },
    body: format === "json" && !pretty ? document.bytes() : encodeValue(document.value, format, pretty),
  };
}

function documentAt(parts: readonly string[], registry: Discovered, serverAddress: string): object | undefined {
  const [root, first, second, ...more] = parts;
  if (more.length > 0) return undefined;
  const groups = servedGroups(registry.all());
  if (root === "api") {
    if (first === undefined) return apiVersions(serverAddress);
    const version = groups.find(({ name }) => name === "")?.versions.find((each) => each.version === first);
    return version === undefined || second !== undefined ? undefined : apiResourceList(version);
  }
  if (root !== "apis") return undefined;
  if (first === undefined) return apiGroupList(groups.filter(({ name }) => name !== ""));
  const group = first === "" ? undefined : groups.find(({ name }) => name === first);
  if (group === undefined || second === undefined) return group && apiGroup(group);
  const version = group.versions.find((each) => each.version === second);
  return version && apiResourceList(version);
}

/** A version that a group of this server's own has not: its server tells, where other paths are answered in words alone. */
function isVersionOfOurs([root, first, second, ...more]: readonly string[], registry: Discovered): boolean {
  const group =
    root === "api" && second === undefined ? "" : root === "apis" && second !== undefined ? first : undefined;
  if (first === undefined || more.length > 0) return false;
  return registry.all().some((kind) => kind.group === group && kind.custom === undefined);
}

/** The form in which the client takes everything in one document, if it does at all. */
function aggregatedFormat({ headers }: Asking): Format | undefined {
  for (const range of parseAccept(headers["accept"] ?? "")) {
    const { as, g: group, v: version } = range.parameters;
    if (as !== "APIGroupDiscoveryList" || group !== "apidiscovery.k8s.io" || version !== "v2") continue;
    const format = formatOf(range);
    if (format !== undefined) return format;
  }
  return undefined;
}

function aggregated(
  request: Asking,
  { path, format }: { readonly path: "/api" | "/apis"; readonly format: Format },
  registry: Discovered,
): ApiResponse {
  const document = remembered(registry).of(`${path} aggregated`, () =>
    groupDiscoveryList(servedGroups(registry.all()).filter(({ name }) => (name === "") === (path === "/api"))),
  )!;
  const etag = `"${document.hash()}"`;
  const common = { "cache-control": "public", etag, vary: "Accept" };
  if (request.headers["if-none-match"] === etag) return { status: 304, headers: common, body: undefined };
  return {
    status: 200,
    headers: { ...common, "content-type": `${CONTENT_TYPES[format]};${AGGREGATED}` },
    body: format === "json" ? document.bytes() : encodeValue(document.value, format, false),
  };
}

interface Document {
  readonly value: object;
  /** As JSON; made when first asked for. */
  bytes(): Uint8Array;
  hash(): string;
}

interface Documents {
  readonly generation: number;
  of(name: string, make: () => object | undefined): Document | undefined;
}

const documents = new WeakMap<Discovered, Documents>();

/** The documents of the present set of kinds. */
function remembered(registry: Discovered): Documents {
  let known = documents.get(registry);
  if (known === undefined || known.generation !== registry.generation) {
    known = createDocuments(registry.generation);
    documents.set(registry, known);
  }
  return known;
}

function createDocuments(generation: number): Documents {
  const made = new Map<string, Document>();
  return {
    generation,
    of(name, make) {
      const known = made.get(name);
      if (known !== undefined) return known;
      const value = make();
      if (value === undefined) return undefined;
      let bytes: Uint8Array | undefined;
      let hash: string | undefined;
      const document: Document = {
        value,
        bytes: () => (bytes ??= encodeText(`${JSON.stringify(value)}\n`)),
        hash: () => (hash ??= textHash(document.bytes())),
      };
      made.set(name, document);
      return document;
    },
  };
}
