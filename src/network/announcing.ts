import { wantsLoadBalancer } from "../api/core/v1/load-balancing.ts";
import type { Node, Service } from "../api/generated/core-v1.ts";
import type { EndpointSlice } from "../api/generated/discovery-v1.ts";
import type { IpRange } from "../base/ip-range.ts";
import type { Informer } from "../client/informer.ts";
import { sameJson } from "../machinery/same-json.ts";
import { type Announcement, planAnnouncements } from "./announcements.ts";
import { keepInStep, type StepParts } from "./keep-in-step.ts";
import type { KernelView, NetworkEngine } from "./ports.ts";

export interface AnnouncingParts extends StepParts {
  readonly ownName: string;
  /** The addresses that the cluster gives to load balancers. */
  readonly ranges: readonly IpRange[];
  /** All of them. */
  readonly nodes: Informer<Node>;
  readonly services: Informer<Service>;
  readonly slices: Informer<EndpointSlice>;
  readonly engine: NetworkEngine;
}

/** Answers for addresses of load balancers on this node's links, as long as it is this node's turn. */
export function startAnnouncing(parts: AnnouncingParts): void {
  const { ownName, ranges, nodes, services, slices, engine } = parts;
  const ofService = ({ metadata }: EndpointSlice) =>
    `${metadata.namespace}/${metadata.labels?.["kubernetes.io/service-name"] ?? ""}`;
  let looked: KernelView | undefined;
  let announced: readonly Announcement[] | undefined;
  keepInStep(parts, {
    what: "the addresses of load balancers",
    synced: Promise.all([nodes.synced, services.synced, slices.synced]),
    subscribe: (ring) => [
      nodes.subscribe(ring),
      services.subscribe((change) => {
        if (wantsLoadBalancer(change.object) || (change.type === "updated" && wantsLoadBalancer(change.old))) ring();
      }),
      slices.subscribe(({ object }) => {
        const service = services.get(ofService(object));
        if (service?.spec.externalTrafficPolicy === "Local" && wantsLoadBalancer(service)) ring();
      }),
    ],
    async step(signal, thorough) {
      if (thorough || looked === undefined) looked = await engine.look({ signal });
      const { links } = looked;
      const bySlices = Map.groupBy(slices.list(), ofService);
      const announcements = planAnnouncements({
        ownName,
        ranges,
        nodes: nodes.list(),
        services: services.list(),
        slicesOf: ({ metadata }) => bySlices.get(`${metadata.namespace}/${metadata.name}`) ?? [],
        links,
      });
      if (!thorough && sameJson(announcements, announced)) return;
      await engine.announce(announcements, ranges, { signal });
      announced = announcements;
    },
  });
}
