import type { Service } from "../api/generated/core-v1.ts";
import type { EndpointSlice } from "../api/generated/discovery-v1.ts";
import type { IpFamily } from "../base/ip.ts";
import type { Viewpoint } from "./endpoints.ts";
import { collectEndpoints } from "./endpoints.ts";
import { healthCheckPort, readFrontends } from "./frontends.ts";
import type { FamilyPart, FrontendPlan } from "./plan-frontend.ts";
import { planFrontend } from "./plan-frontend.ts";
import type { Collection, FamilyRules, Frame, HealthCheck, Rule, RuleSet } from "./rules.ts";
import { COLLECTIONS } from "./rules.ts";

export interface ProxyState {
  readonly services: Iterable<Service>;
  readonly slices: Iterable<EndpointSlice>;
  readonly viewpoint: Viewpoint;
  readonly frame: Frame;
}

/** What the kernel shall do, from the state of the world. */
export function planRules({ services, slices, viewpoint, frame }: ProxyState): RuleSet {
  const byService = Map.groupBy(slices, serviceOf);
  const parts = Iterator.from(services).map((service) => {
    const key = `${service.metadata.namespace ?? ""}/${service.metadata.name}`;
    return planService(service, byService.get(key) ?? [], viewpoint, frame);
  });
  return joinRules(frame, parts);
}

/** `namespace/name` of the service that a slice belongs to; undefined where it belongs to none. */
export function serviceOf({ metadata }: EndpointSlice): string | undefined {
  const name = metadata.labels?.["kubernetes.io/service-name"];
  return name === undefined || name === "" ? undefined : `${metadata.namespace ?? ""}/${name}`;
}

/** What one service adds to the rules. Depends on nothing but its arguments: it may be kept until one of them changes. */
export interface ServiceRules {
  readonly service: string;
  readonly families: ReadonlyMap<IpFamily, FamilyPart>;
  readonly flowTargets: FrontendPlan["flowTargets"];
  readonly healthCheck: HealthCheck | undefined;
}

export function planService(
  service: Service,
  slices: readonly EndpointSlice[],
  viewpoint: Viewpoint,
  frame: Frame,
): ServiceRules {
  const families = new Map<IpFamily, FamilyPart>();
  const flowTargets: (readonly [string, ReadonlySet<string>])[] = [];
  const localReady = new Set<string>();
  for (const family of frame.families) {
    const endpoints = collectEndpoints(slices, family, viewpoint);
    const parts = readFrontends(service, family).map((frontend) => {
      const own = endpoints.get(`${frontend.portName}/${frontend.protocol.toUpperCase()}`) ?? [];
      for (const endpoint of own) if (endpoint.local && endpoint.ready) localReady.add(endpoint.address);
      const plan = planFrontend(frontend, own, viewpoint, frame);
      flowTargets.push(...plan.flowTargets);
      return plan.part;
    });
    if (parts.length > 0) families.set(family, joinParts(parts));
  }
  const port = healthCheckPort(service);
  return {
    service: `${service.metadata.namespace ?? ""}/${service.metadata.name}`,
    families,
    flowTargets,
    healthCheck: port === undefined ? undefined : { port, localEndpoints: localReady.size },
  };
}

/** Puts the services' parts together. Where two claim one destination, the first one has it. */
export function joinRules(frame: Frame, services: Iterable<ServiceRules>): RuleSet {
  const families = new Map(frame.families.map((family) => [family, emptyFamily()]));
  const flowTargets = new Map<string, ReadonlySet<string>>();
  const healthChecks = new Map<string, HealthCheck>();
  for (const service of services) {
    for (const [family, part] of service.families) {
      const rules = families.get(family);
      if (rules === undefined) continue;
      for (const [collection, key, value] of part.elements) {
        const found = rules.collections[collection];
        if (!found.has(key)) found.set(key, value);
      }
      for (const [name, seconds] of part.affinities) rules.affinities.set(name, seconds);
      for (const [name, chain] of part.chains) rules.chains.set(name, chain);
    }
    for (const [frontend, endpoints] of service.flowTargets) flowTargets.set(frontend, endpoints);
    if (service.healthCheck !== undefined) healthChecks.set(service.service, service.healthCheck);
  }
  return { frame, families, flowTargets, healthChecks };
}

function emptyFamily() {
  const collections = Object.fromEntries(COLLECTIONS.map((name) => [name, new Map()]));
  return {
    collections: collections as Record<Collection, Map<string, string>>,
    affinities: new Map<string, number>(),
    chains: new Map<string, readonly Rule[]>(),
  } satisfies FamilyRules;
}

function joinParts(parts: readonly FamilyPart[]): FamilyPart {
  return {
    elements: parts.flatMap((part) => part.elements),
    affinities: parts.flatMap((part) => part.affinities),
    chains: parts.flatMap((part) => part.chains),
  };
}
