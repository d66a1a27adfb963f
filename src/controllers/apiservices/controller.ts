import { APIService } from "../../api/apiregistration/v1/api-service.ts";
import { Service } from "../../api/core/v1/service.ts";
import { EndpointSlice } from "../../api/discovery/v1/endpoint-slice.ts";
import type { Aggregator } from "../../apiserver/aggregation/aggregator.ts";
import type { Cache } from "../../client/cache.ts";
import { type Controller, defineController, settled, watched } from "../../reconciler/controller.ts";
import { obstacle, PASSED, withFinding } from "./plan.ts";

/** As often as Kubernetes looks again where nothing changes. */
const RECHECK_MS = 30_000;
/** A server that is on its way up. */
const RETRY_MS = 2_000;
const SERVICE_LABEL = "kubernetes.io/service-name";

/** Finds out which API servers of the cluster answer, and what they serve. */
export function apiServicesController(aggregator: Pick<Aggregator, "probe" | "forget">): Controller {
  return defineController({
    name: "apiservices",
    user: "system:apiserver",
    reconciles: APIService,
    watches: [
      watched(Service, ({ metadata }, cache) => servedBy(cache, metadata.namespace, metadata.name)),
      watched(EndpointSlice, ({ metadata }, cache) => {
        return servedBy(cache, metadata.namespace, metadata.labels?.[SERVICE_LABEL]);
      }),
    ],
    async reconcile(key, { cache, client, clock, because, signal }) {
      const apiService = cache.get(APIService, key);
      const named = apiService?.spec.service;
      if (apiService === undefined || named === undefined) {
        aggregator.forget(key);
        return settled;
      }
      const { namespace = "", name = "" } = named;
      const found =
        obstacle(apiService, {
          service: cache.get(Service, `${namespace}/${name}`),
          slices: cache
            .list(EndpointSlice, namespace)
            .filter(({ metadata }) => metadata.labels?.[SERVICE_LABEL] === name),
        }) ?? findingOf(await aggregator.probe(apiService));
      because("its server answers, or does not");
      const status = withFinding(apiService, found, clock.now());
      if (status !== apiService.status) await client.setStatus(APIService, apiService, status, { signal });
      return { recheckAfterMs: found.status === "True" ? RECHECK_MS : RETRY_MS };
    },
  }) as unknown as Controller;
}

function findingOf(problem: string | undefined) {
  if (problem === undefined) return PASSED;
  return { status: "False", reason: "FailedDiscoveryCheck", message: problem } as const;
}

function servedBy(cache: Cache, namespace: string | undefined, name: string | undefined): readonly string[] {
  return cache
    .list(APIService)
    .filter(({ spec: { service } }) => service?.namespace === namespace && service?.name === name)
    .map(({ metadata }) => metadata.name);
}
