import type { Service } from "../api/generated/core-v1.ts";
import type { EndpointSlice } from "../api/generated/discovery-v1.ts";
import type { IpFamily } from "../base/ip.ts";
import type { Viewpoint } from "./endpoints.ts";
import { collectEndpoints } from "./endpoints.ts";
import { healthCheckPort, readFrontends } from "./frontends.ts";
import type { FamilyPart, FrontendPlan } from "./plan-frontend.ts";
import { planFrontend } from "./plan-frontend.ts";
import { joinRules } from "./join.ts";
import type { Collection, Frame, HealthCheck, RuleSet } from "./rules.ts";

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
    return planService(service, byService.get(keyOf(service)) ?? [], viewpoint, frame);
  });
  return joinRules(frame, parts);
}

function keyOf({ metadata }: Service): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}

/** `namespace/name` of the service that a slice belongs to; undefined where it belongs to none. */
export function serviceOf({ metadata }: EndpointSlice): string | undefined {
  const name = metadata.labels?.["kubernetes.io/service-name"];
  return name === undefined || name === "" ? undefined : `${metadata.namespace ?? ""}/${name}`;
}

/** What one service adds to the rules. Depends on nothing but its arguments: it may be kept until one of them changes. */
export interface ServiceRules {
  readonly service: string;
  /** Sorts services by how old they are. */
  readonly age: string;
  readonly families: ReadonlyMap<IpFamily, ServiceFamily>;
  readonly flowTargets: FrontendPlan["flowTargets"];
  readonly healthCheck: HealthCheck | undefined;
}

export interface ServiceFamily extends Omit<FamilyPart, "elements"> {
  readonly elements: ReadonlyMap<Collection, readonly (readonly [key: string, value: string])[]>;
}

export function planService(
  service: Service,
  slices: readonly EndpointSlice[],
  viewpoint: Viewpoint,
  frame: Frame,
): ServiceRules {
  const families = new Map<IpFamily, ServiceFamily>();
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
  const name = keyOf(service);
  return {
    service: name,
    age: `${service.metadata.creationTimestamp} ${name}`,
    families,
    flowTargets,
    healthCheck: port === undefined ? undefined : { port, localEndpoints: localReady.size },
  };
}

function joinParts(parts: readonly FamilyPart[]): ServiceFamily {
  const elements = Map.groupBy(
    parts.flatMap((part) => part.elements),
    ([collection]) => collection,
  );
  return {
    elements: new Map(elements.entries().map(([name, own]) => [name, own.map(([, key, value]) => [key, value])])),
    affinities: parts.flatMap((part) => part.affinities),
    chains: parts.flatMap((part) => part.chains),
  };
}
