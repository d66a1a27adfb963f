import type { KindRegistry } from "../api/registry.ts";
import { prefixOf } from "../api/kind.ts";
import type { KubeObject } from "../machinery/object.ts";
import type { Store } from "../store/contract.ts";
import { discoveryAnswer } from "./discovery/discovery.ts";
import { encodeText } from "./encode/text.ts";
import type { PathHandler } from "./handle.ts";
import { type HealthCheck, healthAnswer, pingCheck } from "./health.ts";
import type { ApiResponse } from "./http.ts";
import { type ApiMetrics, metricsAnswer } from "./metrics.ts";
import type { Describe } from "./openapi/describe.ts";
import { openapiAnswer } from "./openapi/openapi.ts";
import type { ApiServerSettings } from "./server.ts";
import type { TokenSigner } from "./tokens.ts";
import { versionAnswer } from "./version.ts";

export interface PathParts {
  readonly registry: KindRegistry;
  readonly describe: Describe;
  readonly store: Store<KubeObject>;
  readonly metrics: ApiMetrics;
  readonly signer: TokenSigner;
  readonly settings: ApiServerSettings;
  readonly checks: readonly HealthCheck[];
}

/** What the server answers besides resources. */
export function pathHandlers(parts: PathParts): readonly PathHandler[] {
  const { registry, describe, store, metrics, settings } = parts;
  const checks = [pingCheck, { name: "etcd", check: () => undefined }, ...parts.checks];
  return [
    (request) => discoveryAnswer(request, registry, settings.address),
    (request) => openapiAnswer(request, registry, describe),
    ({ path, query }) => healthAnswer(path, query, checks),
    ({ path }) => (path === "/version" || path === "/version/" ? versionAnswer() : undefined),
    ({ path }) =>
      path === "/metrics" ? metricsAnswer(metrics, { objects: objectCounts(store, registry) }) : undefined,
    ({ path }) => (path === "/" ? json({ paths: rootPaths(registry) }) : undefined),
  ];
}

function* objectCounts(store: Store<KubeObject>, registry: KindRegistry): Iterable<readonly [string, number]> {
  for (const kind of registry.all()) {
    if (kind.view !== undefined || kind.stored === false) continue;
    const name = kind.group === "" ? kind.plural : `${kind.plural}.${kind.group}`;
    const listing = store.list(prefixOf(kind), { limit: 1 });
    yield [name, listing.entries.length + listing.remaining];
  }
}

function rootPaths(registry: KindRegistry): readonly string[] {
  const versions = registry
    .all()
    .map(({ group, apiVersion }) => (group === "" ? `/api/${apiVersion}` : `/apis/${apiVersion}`));
  const groups = registry.all().flatMap(({ group }) => (group === "" ? [] : [`/apis/${group}`]));
  const fixed = [
    "/api",
    "/apis",
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

function json(value: unknown): ApiResponse {
  const headers = { "cache-control": "no-cache, private", "content-type": "application/json" };
  return { status: 200, headers, body: encodeText(JSON.stringify(value)) };
}
