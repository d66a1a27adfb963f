import type { KindRegistry } from "../api/registry.ts";
import { type Kind, prefixOf } from "../api/kind.ts";
import type { KubeObject } from "../machinery/object.ts";
import type { Store } from "../store/contract.ts";
import type { Discovered } from "./aggregation/aggregator.ts";
import { discoveryAnswer } from "./discovery/discovery.ts";
import { encodeText } from "./encode/text.ts";
import type { PathHandler } from "./handle.ts";
import { type HealthCheck, healthAnswer, pingCheck } from "./health.ts";
import type { ApiResponse } from "./http.ts";
import { type ApiMetrics, metricsAnswer } from "./metrics.ts";
import type { Schema } from "./openapi/definitions.ts";
import type { Describe } from "./openapi/describe.ts";
import { openapiAnswer } from "./openapi/openapi.ts";
import type { ApiServerSettings } from "./server.ts";
import { versionAnswer } from "./version.ts";
import { whyAnswer } from "./why/answer.ts";

export interface PathParts {
  readonly registry: KindRegistry;
  /** What discovery tells of. */
  readonly discovered: Discovered;
  readonly describe: Describe;
  readonly store: Store<KubeObject>;
  readonly metrics: ApiMetrics;
  readonly keySet: object | undefined;
  readonly settings: ApiServerSettings;
  readonly checks: readonly HealthCheck[];
}

/** What the server answers besides resources. */
export function pathHandlers(parts: PathParts): readonly PathHandler[] {
  const { registry, discovered, describe, store, metrics, settings } = parts;
  const checks = [pingCheck, { name: "etcd", check: () => undefined }, ...parts.checks];
  return [
    (request) => discoveryAnswer(request, discovered, settings.address),
    (request) => openapiAnswer(request, registry, describe, customSchema, discovered),
    ({ path, query }) => healthAnswer(path, query, checks),
    ({ path }) => (path === "/version" || path === "/version/" ? versionAnswer() : undefined),
    ({ path }) =>
      path === "/metrics" ? metricsAnswer(metrics, { objects: objectCounts(store, registry) }) : undefined,
    ({ path }) => issuerAnswer(path, parts),
    (request) => whyAnswer(request, parts),
    ({ path }) => (path === "/" ? json({ paths: rootPaths(discovered) }) : undefined),
  ];
}

function customSchema({ custom }: Kind): Schema | undefined {
  return custom?.schema as Schema | undefined;
}

/** Who issues ServiceAccount tokens, and by which keys they are known (OpenID Connect discovery). */
function issuerAnswer(path: string, { keySet, settings }: PathParts): ApiResponse | undefined {
  if (keySet === undefined) return undefined;
  if (path === "/openid/v1/jwks") return json(keySet, { ...KEPT, "content-type": "application/jwk-set+json" });
  if (path !== "/.well-known/openid-configuration") return undefined;
  const configuration = {
    issuer: settings.issuer,
    jwks_uri: `https://${settings.address}/openid/v1/jwks`,
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["ES256"],
  };
  return json(configuration, KEPT);
}

/** An hour: who trusts the issuer need not ask for each token. */
const KEPT = { "cache-control": "public, max-age=3600" };

function* objectCounts(store: Store<KubeObject>, registry: KindRegistry): Iterable<readonly [string, number]> {
  for (const kind of registry.all()) {
    if (kind.view !== undefined || kind.stored === false) continue;
    const name = kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`;
    const listing = store.list(prefixOf(kind), { limit: 1 });
    yield [name, listing.entries.length + listing.remaining];
  }
}

function rootPaths(registry: Discovered): readonly string[] {
  const versions = registry
    .all()
    .map(({ group, apiVersion }) => (group === "" ? `/api/${apiVersion}` : `/apis/${apiVersion}`));
  const groups = registry.all().flatMap(({ group }) => (group === "" ? [] : [`/apis/${group}`]));
  const fixed = [
    "/api",
    "/apis",
    "/apis/",
    "/healthz",
    "/livez",
    "/metrics",
    "/openapi/v2",
    "/openapi/v3",
    "/readyz",
    "/version",
  ];
  return [...new Set([...fixed, ...versions, ...groups])].toSorted();
}

function json(value: unknown, own: Readonly<Record<string, string>> = {}): ApiResponse {
  const headers = { "cache-control": "no-cache, private", "content-type": "application/json", ...own };
  return { status: 200, headers, body: encodeText(JSON.stringify(value)) };
}
