import { jsonText } from "../../machinery/exact-json.ts";
import type { Kind } from "../../api/kind.ts";
import type { KindRegistry } from "../../api/registry.ts";
import type { Discovered } from "../aggregation/aggregator.ts";
import { servedGroups, type ServedVersion } from "../discovery/groups.ts";
import { textHash } from "../../base/sha256.ts";
import { parseAccept } from "../encode/media-type.ts";
import { encodeText } from "../encode/text.ts";
import type { ApiRequest, ApiResponse } from "../http.ts";
import { patchTypesOf } from "../patch-types.ts";
import { KUBERNETES_VERSION } from "../version.ts";
import type { CustomSchema } from "./bodies.ts";
import type { Describe } from "./describe.ts";
import { openapiV2 } from "./document-v2.ts";
import { openapiV3 } from "./document-v3.ts";
import { rootOf } from "./operations.ts";
import { protobufV2 } from "./protobuf-v2.ts";

/** Where documents come from besides the kinds' own facts. */
export interface OpenapiSources {
  readonly describe: Describe;
  /** The schemas of kinds that were defined at run time. */
  readonly customSchema: CustomSchema;
  /** All kinds of which there are documents: those of other servers answer for their own. */
  readonly discovered: Discovered;
}

type Asking = Pick<ApiRequest, "path" | "headers" | "query">;

const documents = new WeakMap<KindRegistry, (request: Asking) => ApiResponse | undefined>();

/**
 * Answers `/openapi/v2`, `/openapi/v3` and the documents below it; undefined for other paths and unknown groups.
 * Documents are made when first asked for, and again once the registry's kinds have changed.
 */
export function openapiAnswer(
  request: Asking,
  registry: KindRegistry,
  describe: Describe,
  customSchema: CustomSchema = () => undefined,
  discovered: Discovered = registry,
): ApiResponse | undefined {
  if (!request.path.startsWith("/openapi/")) return undefined;
  let answer = documents.get(registry);
  if (answer === undefined) {
    documents.set(registry, (answer = createOpenapi(registry, { describe, customSchema, discovered })));
  }
  return answer(request);
}

const RELEASE = KUBERNETES_VERSION.slice(1).split(".").slice(0, 2).join(".");

function createOpenapi(registry: KindRegistry, sources: OpenapiSources): (request: Asking) => ApiResponse | undefined {
  let generation = registry.generation;
  let whole: object | undefined;
  const forms = new Map<Form, Served>();
  const versions = new Map<string, { readonly hash: string; readonly body: Uint8Array }>();
  const context = { ...sources, version: RELEASE };

  const refresh = () => {
    if (registry.generation === generation) return;
    generation = registry.generation;
    whole = undefined;
    forms.clear();
  };
  const serveWhole = (form: Form): Served => {
    let served = forms.get(form);
    if (served === undefined) {
      whole ??= openapiV2(registry.all(), context);
      const body = form === "json" ? encodeText(jsonText(whole)) : protobufV2(whole);
      forms.set(form, (served = { body, etag: `"${textHash(body)}"` }));
    }
    return served;
  };
  const versionsNow = (): readonly ServedVersion[] =>
    servedGroups(sources.discovered.all()).flatMap((group) => group.versions);
  const bodyOf = (served: ServedVersion, hash: string): Uint8Array => {
    const path = rootOf(served);
    const known = versions.get(path);
    if (known?.hash === hash) return known.body;
    const body = encodeText(jsonText(openapiV3(served, context)));
    versions.set(path, { hash, body });
    return body;
  };
  return (request) => {
    const path = request.path.replace(/\/$/, "");
    if (path !== "/openapi/v2" && !/^\/openapi\/v3(\/|$)/.test(path)) return undefined;
    refresh();
    if (path === "/openapi/v2") {
      const form = formOf(request);
      return form === undefined ? notAcceptable() : conditional(request, serveWhole(form), CONTENT_TYPES[form]);
    }
    if (!acceptsJson(request)) return notAcceptable();
    if (path === "/openapi/v3") {
      const paths = index(versionsNow(), sources.customSchema);
      return answer(encodeText(JSON.stringify(paths)), CONTENT_TYPES.json, {});
    }
    const wanted = path.slice("/openapi/v3".length);
    const served = versionsNow().find((each) => rootOf(each) === wanted);
    if (served === undefined) return undefined;
    return versionAnswer(request, versionHash(served, sources.customSchema), (hash) => bodyOf(served, hash));
  };
}

/** How the document of OpenAPI 2 may be written. */
type Form = "json" | "protobuf";

const CONTENT_TYPES: Readonly<Record<Form, string>> = {
  json: "application/json",
  protobuf: "application/com.github.proto-openapi.spec.v2.v1.0+protobuf",
};

/** By its present name, and by the one that is asked for. */
const PROTOBUF_SUBTYPES: readonly string[] = [
  "com.github.proto-openapi.spec.v2.v1.0+protobuf",
  "com.github.proto-openapi.spec.v2@v1.0+protobuf",
];

function formOf({ headers }: Pick<ApiRequest, "headers">): Form | undefined {
  for (const { type, subtype } of parseAccept(headers["accept"] || "*/*")) {
    if (type !== "*" && type !== "application") continue;
    if (subtype === "*" || subtype === "json") return "json";
    if (PROTOBUF_SUBTYPES.includes(subtype)) return "protobuf";
  }
  return undefined;
}

interface Served {
  readonly body: Uint8Array;
  readonly etag: string;
}

/** The paths of all documents. Their hashes make them good for ever, so that clients keep them. */
function index(versions: readonly ServedVersion[], customSchema: CustomSchema): object {
  const entries = versions.map((served) => {
    const path = rootOf(served);
    return [
      path.slice(1),
      { serverRelativeURL: `/openapi/v3${path}?hash=${versionHash(served, customSchema)}` },
    ] as const;
  });
  return { paths: Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1))) };
}

const fingerprints = new WeakMap<Kind, string>();

/** Differs as soon as anything differs that a document is made of. */
function versionHash(served: ServedVersion, customSchema: CustomSchema): string {
  const parts = served.kinds.map((kind) => {
    let known = fingerprints.get(kind);
    if (known === undefined) {
      const { shape, group, version, kind: name, plural, verbs, namespaced, subresources } = kind;
      known = JSON.stringify([
        shape.name,
        group,
        version,
        name,
        plural,
        verbs,
        namespaced,
        subresources,
        patchTypesOf(kind),
        customSchema(kind),
      ]);
      fingerprints.set(kind, known);
    }
    return known;
  });
  return textHash(encodeText(`${KUBERNETES_VERSION}\n${parts.join("\n")}`));
}

function versionAnswer(request: Asking, hash: string, bodyOf: (hash: string) => Uint8Array): ApiResponse {
  const asked = request.query.get("hash");
  if (asked !== null && asked !== "" && asked !== hash) {
    return { status: 301, headers: { location: `${request.path}?hash=${hash}` }, body: undefined };
  }
  const response = conditional(request, { etag: `"${hash}"`, body: bodyOf(hash) });
  if (asked === null || asked === "") return response;
  return { ...response, headers: { ...response.headers, "cache-control": "public, immutable, max-age=31536000" } };
}

function conditional(
  { headers }: Pick<ApiRequest, "headers">,
  { body, etag }: Served,
  contentType = CONTENT_TYPES.json,
): ApiResponse {
  const caching = { etag, vary: "Accept" };
  if (headers["if-none-match"] === etag) {
    return { status: 304, headers: { "cache-control": "no-cache, private", ...caching }, body: undefined };
  }
  return answer(body, contentType, caching);
}

function answer(body: Uint8Array, contentType: string, headers: Readonly<Record<string, string>>): ApiResponse {
  return {
    status: 200,
    headers: { "cache-control": "no-cache, private", "content-type": contentType, ...headers },
    body,
  };
}

/** Documents of OpenAPI 3 are written as JSON only, which their clients ask for. */
function acceptsJson({ headers }: Pick<ApiRequest, "headers">): boolean {
  const accept = headers["accept"] ?? "";
  if (accept === "") return true;
  return parseAccept(accept).some(
    ({ type, subtype }) => type === "*" || (type === "application" && (subtype === "json" || subtype === "*")),
  );
}

function notAcceptable(): ApiResponse {
  return { status: 406, headers: { "cache-control": "no-cache, private" }, body: undefined };
}
